"""What boards must show of GPUs."""

from courses import GPU_IN_USE_AT_FIRST, IDLE_GPUS, TWELVE_GPUS, Figure

GPU_FIGURES: dict[str, Figure] = {
    "a GPU without containers idles": Figure(
        board="spcs-gpu", panel="GPUs idle", what="idle", series=IDLE_GPUS, rows={"{}": 2}, hours=6, minute=720
    ),
    "a GPU idles after its container went": Figure(
        board="spcs-gpu",
        panel="GPUs idle",
        what="idle",
        series=GPU_IN_USE_AT_FIRST,
        rows={"{}": 1},
        hours=6,
        minute=360,
    ),
    "time in use of GPUs after the tenth is an average": Figure(
        board="spcs-gpu",
        panel="GPU: share of time in use",
        what="average of the others",
        series=TWELVE_GPUS,
        rows={"{}": 0.075},
        minute=10,
    ),
    "capacity of GPUs is that of the ten with most in use, and of the others": Figure(
        board="spcs-gpu",
        panel="GPU memory: used, capacity",
        what="others capacity",
        series=TWELVE_GPUS,
        rows={"{}": 48},
        minute=10,
    ),
}
