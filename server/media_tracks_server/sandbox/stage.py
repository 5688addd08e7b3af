"""What all vendors of one sandbox share, and the layers that it puts around each of them."""

import asyncio
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from media_tracks_server.sandbox.fault_layer import FaultLayer
from media_tracks_server.sandbox.faults import FaultPlan
from media_tracks_server.sandbox.late import LateEffects
from media_tracks_server.sandbox.log import Recorder, RequestLog
from media_tracks_server.sandbox.rate import RateLimited
from media_tracks_server.sandbox.settings import SandboxSettings
from media_tracks_server.sandbox.vendor import VendorWire
from media_tracks_server.sandbox.wire import ConstantHeaders


@dataclass(frozen=True)
class Stage:
    """One sandbox: its settings, one log, one plan of faults."""

    settings: SandboxSettings
    plan: FaultPlan
    log: RequestLog = field(default_factory=RequestLog)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the sandbox stops, so that held connections let go."""

    def layered(self, app: ASGIApp, vendor: VendorWire) -> ASGIApp:
        """The vendor's server as a client meets it: log, limit, faults, and then the vendor."""
        settings = self.settings
        late = LateEffects(app, vendor.name, self.log, settings.clock, settings.late_seconds)
        self.log.settle.append(late.settle)
        faulty = FaultLayer(app, vendor, self.plan, late, settings.hold_seconds, self.released)
        limited = (
            RateLimited(faulty, vendor, settings.rate, settings.clock)
            if settings.rate
            else ConstantHeaders(faulty, vendor.usual_headers)
        )
        return Recorder(limited, vendor.name, self.log)
