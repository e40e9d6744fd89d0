"""Names shared by the integration's modules."""

from enum import StrEnum
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "twat"
MANUFACTURER: Final = "TWAT"

CONF_KIND: Final = "kind"
CONF_SERVICE_ID: Final = "id"
CONF_REPLACED_DATABASE: Final = "replaced_database"
CONF_MEDIA_DIR: Final = "media_dir"
CONF_PHOTO_DAYS: Final = "photo_days"
CONF_PHOTO_GIGABYTES: Final = "photo_gigabytes"
CONF_NAMES_BY: Final = "names_by"
CONF_VISION_MODEL: Final = "vision_model"
CONF_AI_TASK_ENTITY: Final = "ai_task_entity"

SUBENTRY_TABLE: Final = "table"
CONF_CAMERA_ENTITY: Final = "camera_entity"
CONF_EXTRA_CAMERAS: Final = "extra_cameras"
CONF_SCENE: Final = "scene"
CONF_SETTLE_SECONDS: Final = "settle_seconds"
CONF_CALIBRATIONS: Final = "calibrations"

SETTING_CLOCK: Final = "clock"

DATABASE_NAME: Final = "twat.db"
MEDIA_FOLDER: Final = "twat"
EXPORT_FOLDER: Final = "exports"

BOARD_CONFIDENCE: Final = 0.8


class Kind(StrEnum):
    """What a config entry stands for."""

    HUB = "hub"
    CAMERA = "camera"


class NamesBy(StrEnum):
    """Who names the pieces that tracking cannot know; the option's values."""

    NONE = "none"
    VLM = "vlm"
    AI_TASK = "ai_task"


HUB_PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.SENSOR,
    Platform.SWITCH,
)
CAMERA_PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.CAMERA)

DEFAULT_PORTS: Final = {Kind.HUB: 8099, Kind.CAMERA: 8098}


class GameEvent(StrEnum):
    """What a game tells the world: event types of its event entity, `twat_<type>` on the bus."""

    MOVE_DETECTED = "move_detected"
    SETUP_CAPTURED = "setup_captured"
    NOTHING_CHANGED = "nothing_changed"
    REVIEW_NEEDED = "review_needed"
    ANALYSIS_FAILED = "analysis_failed"
    CAPTURE_FAILED = "capture_failed"
    TURN_CHANGED = "turn_changed"
    PHASE_CHANGED = "phase_changed"
    RULES_WARNING = "rules_warning"
    TIME_WARNING = "time_warning"
    TIME_UP = "time_up"
    GAME_FINISHED = "game_finished"
