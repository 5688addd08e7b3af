"""The job core: a pure state machine, its store, and the driver that moves it."""
