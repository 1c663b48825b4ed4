"""`python -m bench.pubsub_soak`"""

import sys

from bench.pubsub_soak.lane import main

if __name__ == "__main__":
    sys.exit(main())
