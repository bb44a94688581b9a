package dev.millrace.trainer.gate;

/**
 * Whether one classifier is right more often than another by more than chance, on the same images:
 * McNemar, "Note on the sampling error of the difference between correlated proportions" (1947), in
 * its exact form.
 */
final class McNemar {

  private McNemar() {}

  /**
   * How probable it is to gain so many or more if either is as likely to be the right one where
   * they differ: the upper tail of a binomial distribution of a half.
   *
   * @param gained images that only the first answers right
   * @param lost images that only the second answers right
   */
  static double oneSided(int gained, int lost) {
    int differ = gained + lost;
    double logTerm = -differ * Math.log(2); // of no gain at all
    double tail = 0;
    for (int k = 0; k <= differ; k++) {
      if (k > 0) {
        logTerm += Math.log(differ - k + 1.0) - Math.log(k);
      }
      if (k >= gained) {
        tail += Math.exp(logTerm);
      }
    }
    return Math.min(1, tail);
  }
}
