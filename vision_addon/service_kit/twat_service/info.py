"""What a service is called, and where it listens unless told otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """One kind of service, and the name this installation of it goes by.

    Attributes:
        service: Wire name, `twat-camera` or `twat-vision`; also names the mDNS type.
        title: What people call it; the default of `name`.
        version: Version of the program, as in its package.
        default_port: TCP port unless `--port` says otherwise.
        name: Name of this installation, 1…63 printable characters.
    """

    service: str
    title: str
    version: str
    default_port: int
    name: str = ""

    def __post_init__(self) -> None:
        """Fall back to the title where the installation has no name of its own."""
        if not self.name:
            object.__setattr__(self, "name", self.title)

    @property
    def mdns_type(self) -> str:
        """The mDNS service type, such as `_twat-camera._tcp.local.`."""
        return f"_{self.service}._tcp.local."

    @property
    def env_prefix(self) -> str:
        """What environment variables of this service start with, such as `TWAT_CAMERA_`."""
        return self.service.upper().replace("-", "_") + "_"
