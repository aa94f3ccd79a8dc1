"""The words that a vision model chooses from. Values are what is stored, in a person's spelling."""

from __future__ import annotations

from enum import StrEnum


class Style(StrEnum):
    """Styles of art, and the two honest ways out."""

    ABSTRACT = "abstract"
    ABSTRACT_EXPRESSIONIST = "abstract expressionist"
    ART_DECO = "art deco"
    ART_NOUVEAU = "art nouveau"
    BAROQUE = "baroque"
    CARTOON = "cartoon"
    COLLAGE = "collage"
    CONCEPTUAL = "conceptual"
    CONTEMPORARY = "contemporary"
    CUBIST = "cubist"
    DOCUMENTARY = "documentary"
    EXPRESSIONIST = "expressionist"
    FANTASY = "fantasy"
    FAUVIST = "fauvist"
    FOLK = "folk"
    GEOMETRIC = "geometric"
    GOTHIC = "gothic"
    GRAFFITI = "graffiti"
    IMPRESSIONIST = "impressionist"
    MINIMALIST = "minimalist"
    MODERNIST = "modernist"
    NAIVE = "naive"
    PHOTOREALIST = "photorealist"
    POP_ART = "pop art"
    PSYCHEDELIC = "psychedelic"
    REALIST = "realist"
    RENAISSANCE = "renaissance"
    RETRO = "retro"
    ROMANTIC = "romantic"
    SURREALIST = "surrealist"
    TRADITIONAL = "traditional"
    OTHER = "other"
    UNKNOWN = "unknown"


class Medium(StrEnum):
    """What a work is made of or with."""

    ACRYLIC = "acrylic"
    ACRYLIC_ON_CANVAS = "acrylic on canvas"
    CERAMIC = "ceramic"
    CHARCOAL = "charcoal"
    DIGITAL = "digital"
    ENGRAVING = "engraving"
    FABRIC = "textile"
    GLASS = "glass"
    GOUACHE = "gouache"
    INK = "ink"
    JEWELLERY = "jewellery"
    LINOCUT = "linocut"
    METAL = "metal"
    MIXED_MEDIA = "mixed media"
    OIL = "oil"
    OIL_ON_CANVAS = "oil on canvas"
    PASTEL = "pastel"
    PENCIL = "pencil"
    PHOTOGRAPH = "photograph"
    PRINT = "print"
    SCREEN_PRINT = "screen print"
    SCULPTURE = "sculpture"
    STONE = "stone"
    WATERCOLOUR = "watercolour"
    WOOD = "wood"
    OTHER = "other"
    UNKNOWN = "unknown"


class Genre(StrEnum):
    """What a picture is of."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    STILL_LIFE = "still life"
    ABSTRACT = "abstract"
    FIGURATIVE = "figurative"
    ANIMAL = "animal"
    ARCHITECTURE = "architecture"
    BOTANICAL = "botanical"
    TYPOGRAPHIC = "typographic"
    PATTERN = "pattern"
    OTHER = "other"


class Mood(StrEnum):
    """How a picture feels."""

    BOLD = "bold"
    BRIGHT = "bright"
    CALM = "calm"
    COLD = "cold"
    CONTEMPLATIVE = "contemplative"
    DARK = "dark"
    DRAMATIC = "dramatic"
    DREAMY = "dreamy"
    ELEGANT = "elegant"
    ENERGETIC = "energetic"
    FESTIVE = "festive"
    GENTLE = "gentle"
    INTIMATE = "intimate"
    JOYFUL = "joyful"
    MELANCHOLIC = "melancholic"
    MYSTERIOUS = "mysterious"
    NOSTALGIC = "nostalgic"
    PLAYFUL = "playful"
    PROFESSIONAL = "professional"
    RAW = "raw"
    ROMANTIC = "romantic"
    SERENE = "serene"
    TENSE = "tense"
    VIBRANT = "vibrant"
    WARM = "warm"


class Issue(StrEnum):
    """What stands in the way of showing a picture."""

    BLURRY = "blurry"
    GLARE = "glare"
    SKEWED = "skewed"
    CROPPED = "cropped"
    WATERMARK = "watermark"
    SCREENSHOT = "screenshot"
    FRAME_VISIBLE = "frame visible"
    LOW_RES = "low resolution"
    TEXT_OVERLAY = "text overlay"
    AI_ARTIFACTS = "ai artifacts"


class LogoType(StrEnum):
    """The usual seven kinds of a mark."""

    WORDMARK = "wordmark"
    LETTERMARK = "lettermark"
    PICTORIAL = "pictorial"
    ABSTRACT = "abstract"
    MASCOT = "mascot"
    EMBLEM = "emblem"
    COMBINATION = "combination"
    OTHER = "other"


class LogoGround(StrEnum):
    """What a logo stands on."""

    TRANSPARENT = "transparent"
    SOLID = "solid"
    GRADIENT = "gradient"
    PHOTO = "photo"
    OTHER = "other"


class ColorRole(StrEnum):
    """What a colour does in a brand."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    ACCENT = "accent"
    NEUTRAL = "neutral"
    OTHER = "other"


class Agreement(StrEnum):
    """Does it match?"""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNCLEAR = "unclear"


class ContentClass(StrEnum):
    """What a picture does on a page."""

    HERO = "hero"
    BANNER = "banner"
    BACKGROUND = "background"
    TEAM = "team"
    GALLERY = "gallery"
    ICON = "icon"
    PRODUCT = "product"
    TESTIMONIAL = "testimonial"
    MAP = "map"
    SCREENSHOT = "screenshot"
    DECORATIVE = "decorative"
    OTHER = "other"


class SafeArea(StrEnum):
    """Where words may be laid over a picture."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    CENTER = "center"
    NONE = "none"
