"""Each fault at each request that writes to DatoCMS: one effect, and an honest end."""

from pathlib import Path

import pytest

from fault_cases import Case, cases, play
from fault_site import Site
from vendor_changes import DATOCMS


@pytest.mark.parametrize("case", cases(DATOCMS), ids=str)
async def test_a_fault_leaves_one_effect_and_an_honest_job(
    case: Case, datocms: Site, tmp_path: Path
) -> None:
    job = await play(case, datocms, tmp_path)
    if case.write.name == "delete_old" and job.state.ended:
        assert job.result, "the new track is there, whatever became of the old one"
