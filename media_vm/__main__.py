"""`python -m media_vm` is `media-vm`."""

from media_vm.cli import main

if __name__ == "__main__":
    main()
