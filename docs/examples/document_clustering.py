"""Documents by topic, from sparse counts of their words."""

import numpy as np
from scipy.sparse import csr_matrix

from kmeans_core import KMeans
from kmeans_core.metrics import adjusted_rand_score


def documents(n_documents=1500, n_words=600, n_topics=5, length=60):
    """Counts of words: a topic prefers some words, and all topics share the most frequent ones."""
    rng = np.random.default_rng(0)
    common = 1.0 / np.arange(1, n_words + 1)  # Zipf's law
    liked = rng.gamma(0.1, size=(n_topics, n_words))
    taste = common * (0.2 + liked / liked.mean(axis=1, keepdims=True))
    topics = rng.integers(n_topics, size=n_documents)
    rates = taste / taste.sum(axis=1, keepdims=True)
    counts = np.array([rng.multinomial(length, rates[topic]) for topic in topics])
    return csr_matrix(counts), topics


def weighted(counts):
    """tf-idf: words of few documents count more, and every document has length 1."""
    in_documents = np.bincount(counts.indices, minlength=counts.shape[1])
    weights = counts.multiply(np.log((1 + counts.shape[0]) / (1 + in_documents)) + 1).tocsr()
    lengths = np.sqrt(weights.multiply(weights).sum(axis=1))
    return csr_matrix(weights.multiply(1 / lengths))


def main():
    counts, topics = documents()
    kmeans = KMeans(5, n_init=5, random_state=0).fit(weighted(counts))
    agreement = adjusted_rand_score(topics, kmeans.labels_)
    print(f"{counts.shape} counts, {counts.nnz} not 0, adjusted Rand {agreement:.2f}")


if __name__ == "__main__":
    main()
