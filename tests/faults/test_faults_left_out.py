"""The combinations that are not played are those, and no others."""

from collections import Counter

from fault_cases import cases, combinations, left_out
from media_tracks_server.sandbox import Fault
from vendor_changes import CLOUDFLARE, DATOCMS

_NO_START = "is about what a request starts, and this one starts none"


def test_every_fault_meets_every_request_that_it_can() -> None:
    reasons = Counter(left_out(case) for case in combinations((*DATOCMS, *CLOUDFLARE)))
    told = Counter(
        {
            # reserve and store of four changes start nothing, and Cloudflare's eight such requests
            f"{Fault.NEVER_ENDS} {_NO_START}": 8 + 8,
            f"{Fault.JOB_FAILS} {_NO_START}": 8 + 8,
            # nor does one of DatoCMS's five deletions make a track
            f"{Fault.TRACK_ERRORS} {_NO_START}": 8 + 8 + 5,
            "the same upload goes before every text": 2 * 3 * 14,
            "a file is stored without a token": 1,
        }
    )
    played = reasons.pop(None)
    assert reasons == told
    assert played == len(cases(DATOCMS)) + len(cases(CLOUDFLARE))
    assert {case.fault for case in cases(DATOCMS)} == set(Fault)
    assert {case.fault for case in cases(CLOUDFLARE)} == set(Fault)
