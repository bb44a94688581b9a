package dev.millrace.trainer.stream;

/** What became of records, as it is counted. */
enum Outcome {
  /** An image met its label. */
  labelled,
  /** A label came after its image had made way. */
  late,
  /** A label came for a key that had another one, and took its place. */
  contradicting,
  /** An image, or a label without one, made way for newer ones. */
  evicted,
  /** A record had no key or value, or they were not text where text is expected. */
  skipped,
  /** An image that has a label could not be decoded. */
  unreadable
}
