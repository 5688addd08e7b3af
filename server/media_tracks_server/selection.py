"""Which tools this server offers: families that are switched on, and read-only over everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media_tracks_server.settings import Family, Settings
from media_tracks_tools import audio, jobs, subtitles, videos
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.errors import SetupError

FAMILIES: Mapping[Family, Sequence[ToolSpec]] = {
    Family.VIDEOS: videos.TOOLS,
    Family.AUDIO: audio.TOOLS,
    Family.SUBTITLES: subtitles.TOOLS,
    Family.JOBS: jobs.TOOLS,
}
TOOLS: Sequence[ToolSpec] = tuple(spec for specs in FAMILIES.values() for spec in specs)


@dataclass(frozen=True)
class Selection:
    """What is on. What is off is not listed, and a call of it hears why."""

    families: frozenset[Family]
    read_only: bool

    @classmethod
    def of(cls, settings: Settings) -> "Selection":
        """The tools that the settings leave."""
        return cls(settings.families, settings.read_only)

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """The tools that are on, in their fixed order."""
        return tuple(
            spec
            for family, specs in FAMILIES.items()
            for spec in specs
            if family in self.families and (spec.read_only or not self.read_only)
        )

    @property
    def names(self) -> frozenset[str]:
        """The names of the tools that are on."""
        return frozenset(spec.name for spec in self.tools)

    def why_off(self, name: str) -> SetupError | None:
        """Why there is no such tool here, and who can change that; None where nobody can."""
        for family, specs in FAMILIES.items():
            for spec in specs:
                if spec.name == name:
                    return self._off(name, family, changes=not spec.read_only)
        return None

    def _off(self, name: str, family: Family, *, changes: bool) -> SetupError | None:
        if self.read_only and changes:
            return SetupError(
                f"{name} is off: this server is set up to change nothing.",
                code="read_only",
                next_step="Do not try another way. Whoever runs this server can set "
                "MEDIA_TRACKS_READ_ONLY=false and start it without --read-only.",
            )
        if family not in self.families:
            return SetupError(
                f"{name} is off: this server is set up without the tools for {family.value}.",
                code="tools_off",
                next_step=f"Whoever runs this server can add {family.value!r} to "
                "MEDIA_TRACKS_TOOLS or --tools.",
            )
        return None
