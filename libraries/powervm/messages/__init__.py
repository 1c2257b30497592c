"""Console and VIOS message codes: what they mean, what to do, and how sure that is.

The catalogue is data (``catalogue.yaml``); a tester adds an entry there without touching Python. Codes are matched,
words never: the same code comes with translated text on a translated console.
"""

from powervm.messages.catalogue import CodeEntry, Explanation, catalogue, codes_in, explain, headline
from powervm.messages.details import Detail, read_details

__all__ = ["CodeEntry", "Detail", "Explanation", "catalogue", "codes_in", "explain", "headline", "read_details"]
