package dev.millrace.trainer.gate;

/**
 * Counts of the answers that a candidate and another classifier give for the same images.
 *
 * @param images number of images
 * @param right number of images that the candidate classifies correctly
 * @param gained number of images that only the candidate classifies correctly
 * @param lost number of images that only the other classifier classifies correctly
 */
record Pairs(int images, int right, int gained, int lost) {

  static Pairs of(Answers candidate, Answers other) {
    return new Pairs(
        candidate.size(), candidate.rightOnes(), candidate.notIn(other), other.notIn(candidate));
  }

  /** {@return the candidate's accuracy, from 0 to 1; 0 without images} */
  double accuracy() {
    return images == 0 ? 0 : (double) right / images;
  }

  /** {@return the other classifier's accuracy, from 0 to 1; 0 without images} */
  double otherAccuracy() {
    return images == 0 ? 0 : (double) (right - gained + lost) / images;
  }

  /** {@return the candidate's gain, in percentage points; 0 without images} */
  double points() {
    return images == 0 ? 0 : 100.0 * (gained - lost) / images;
  }
}
