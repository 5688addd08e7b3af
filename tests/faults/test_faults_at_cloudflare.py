"""Each fault at each request that writes to Cloudflare: one effect, and an honest end."""

from pathlib import Path

import pytest

from fault_cases import Case, cases, play
from fault_site import Site
from vendor_changes import CLOUDFLARE


@pytest.mark.parametrize("case", cases(CLOUDFLARE), ids=str)
async def test_a_fault_leaves_one_effect_and_an_honest_job(
    case: Case, cloudflare: Site, tmp_path: Path
) -> None:
    job = await play(case, cloudflare, tmp_path)
    lost = job.error is not None and job.error.code == "not_put_back"
    assert (job.saved_text is not None) is lost
