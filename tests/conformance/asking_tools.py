"""The suite's tools that ask the client: live requests in the old era, rounds in the new one."""

import json

from mcp.types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)

from media_tracks_tools.services import Ctx

Asked = str | InputRequiredResult


def form(message: str, field: str = "name", kind: str = "string") -> ElicitRequest:
    """A question with one field."""
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sampling(text: str) -> CreateMessageRequest:
    """A question for the client's model."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text=text))
    params = CreateMessageRequestParams(messages=[message], max_tokens=50)
    return CreateMessageRequest(params=params)


def value_of(answer: object, field: str) -> str:
    """One field of an accepted form, `?` where there is none."""
    content = answer.content if isinstance(answer, ElicitResult) else None
    return str((content or {}).get(field, "?"))


async def test_input_required_result_elicitation(ctx: Ctx) -> Asked:
    """Ask for a name."""
    answers = ctx.input_responses or {}
    if "user_name" in answers:
        return f"Hello, {value_of(answers['user_name'], 'name')}!"
    return InputRequiredResult(input_requests={"user_name": form("What is your name?")})


async def test_input_required_result_sampling(ctx: Ctx) -> Asked:
    """Ask the client's model."""
    answer = (ctx.input_responses or {}).get("capital_question")
    if isinstance(answer, CreateMessageResult):
        text = answer.content.text if answer.content.type == "text" else "?"
        return f"Model said: {text}"
    question = sampling("What is the capital of France?")
    return InputRequiredResult(input_requests={"capital_question": question})


async def test_input_required_result_list_roots(ctx: Ctx) -> Asked:
    """Ask for the roots."""
    answer = (ctx.input_responses or {}).get("client_roots")
    if isinstance(answer, ListRootsResult):
        return f"Client exposed {len(answer.roots)} root(s)."
    return InputRequiredResult(input_requests={"client_roots": ListRootsRequest()})


async def test_input_required_result_request_state(ctx: Ctx) -> Asked:
    """Ask with a state that has to come back unchanged."""
    if "confirm" in (ctx.input_responses or {}) and ctx.request_state == "nonce":
        return "state-ok: confirmation received"
    question = form("Please confirm", "ok", "boolean")
    return InputRequiredResult(input_requests={"confirm": question}, request_state="nonce")


async def test_input_required_result_tampered_state(ctx: Ctx) -> Asked:
    """Ask with a state whose seal the suite breaks."""
    if ctx.request_state is not None:
        return f"state-ok: {ctx.request_state}"
    question = form("Please confirm", "ok", "boolean")
    return InputRequiredResult(input_requests={"confirm": question}, request_state="round-1")


async def test_input_required_result_multiple_inputs(ctx: Ctx) -> Asked:
    """Ask three different things at once."""
    if {"user_name", "greeting", "client_roots"} <= (ctx.input_responses or {}).keys():
        return "All inputs received."
    asked: dict[str, InputRequest] = {
        "user_name": form("What is your name?"),
        "greeting": sampling("Generate a greeting"),
        "client_roots": ListRootsRequest(),
    }
    return InputRequiredResult(input_requests=asked, request_state="multiple-inputs")


async def test_input_required_result_multi_round(ctx: Ctx) -> Asked:
    """Ask for a name, then for a colour."""
    state = json.loads(ctx.request_state) if ctx.request_state else {"round": 0}
    answers = ctx.input_responses or {}
    if state["round"] == 1 and "step1" in answers:
        after = json.dumps({"round": 2, "name": value_of(answers["step1"], "name")})
        question = form("Step 2: What is your favorite color?", "color")
        return InputRequiredResult(input_requests={"step2": question}, request_state=after)
    if state["round"] == 2 and "step2" in answers:
        return f"{state['name']} likes {value_of(answers['step2'], 'color')}."
    first = form("Step 1: What is your name?")
    return InputRequiredResult(
        input_requests={"step1": first}, request_state=json.dumps({"round": 1})
    )


async def test_input_required_result_capabilities(ctx: Ctx) -> InputRequiredResult:
    """Ask only what this client can answer."""
    can = ctx.client_capabilities
    asked: dict[str, InputRequest] = {}
    if can is not None and can.sampling is not None:
        asked["sample"] = sampling("Say hello")
    if can is not None and can.elicitation is not None:
        asked["ask"] = form("What is your name?")
    return InputRequiredResult(input_requests=asked, request_state="capability-gated")


TOOLS = (
    test_input_required_result_elicitation,
    test_input_required_result_sampling,
    test_input_required_result_list_roots,
    test_input_required_result_request_state,
    test_input_required_result_tampered_state,
    test_input_required_result_multiple_inputs,
    test_input_required_result_multi_round,
    test_input_required_result_capabilities,
)
