"""One media of the system before ours, as adopt reads it: never looked at yet."""

from __future__ import annotations

from media_vm.adopting_ports import Old
from media_vm.rules.checklist import Checklist
from media_vm.rules.pictures import DataType

OLD = Old(
    media_id=12,
    user_id=4,
    data_type=DataType.PRODUCT,
    main_api_id=1,
    bulk_path="/var/www/media-backend/storage/bulk/2025-01-15/12-a.jpg",
    library_path="library/user_4/product/img",
    has_original=False,
    checklist=Checklist(),
    kept=frozenset(),
    kept_paths=frozenset(),
    has_analysis=False,
    is_measured=False,
    is_settled=False,
    is_made_here=False,
    is_leased=False,
    shares_library=False,
)
