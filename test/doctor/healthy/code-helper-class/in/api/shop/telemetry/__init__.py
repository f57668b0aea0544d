from .tracing import Tracing

__all__ = ["Tracing"]
