"""What the door makes of its arguments."""

import copy
import pickle

import numpy as np
import pytest

from kmeans_core.validation import check_random_state


@pytest.mark.parametrize("seed", [0, 1, 7, 2**32 - 1])
def test_a_seed_gives_the_generator_that_numpy_makes_of_it(seed):
    ours, numpys = check_random_state(seed), np.random.RandomState(seed)
    np.testing.assert_array_equal(ours.get_state()[1], numpys.get_state()[1])
    for twin in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        np.testing.assert_array_equal(
            twin.normal(size=5), np.random.RandomState(seed).normal(size=5)
        )
