package dev.millrace.core.training;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rule that divides labelled images into training images and held-out images. Equal images, and
 * images of one group, always belong to the same part.
 *
 * @param heldOut share of each class's images, above 0 and below 1, that are held out, which means
 *     that no training step sees them
 * @param group finds the group in an image's key: the pattern's first capturing group, or the whole
 *     match if the pattern has no capturing group or the first one takes no part in the match. A
 *     key without a match belongs to no group. If empty, there are no groups
 */
public record Split(double heldOut, Optional<Pattern> group) {

  /**
   * Validates the share.
   *
   * @param heldOut share of each class's images that no training step sees
   * @param group finds the group in an image's key
   * @throws IllegalArgumentException if the share is not above 0 and below 1
   */
  public Split {
    Objects.requireNonNull(group, "group");
    if (!(heldOut > 0 && heldOut < 1)) {
      throw new IllegalArgumentException("held-out: " + heldOut + " must be above 0 and below 1");
    }
  }

  /**
   * Creates a split without groups.
   *
   * @param heldOut share of each class's images that no training step sees
   * @throws IllegalArgumentException if the share is not above 0 and below 1
   */
  public Split(double heldOut) {
    this(heldOut, Optional.empty());
  }

  /**
   * {@return the group of an image, or empty if the image belongs to no group}
   *
   * @param key the image's key
   */
  public Optional<String> groupOf(String key) {
    return group
        .map(pattern -> pattern.matcher(key))
        .filter(matcher -> matcher.find())
        .map(Split::name);
  }

  private static String name(Matcher matcher) {
    String first = matcher.groupCount() > 0 ? matcher.group(1) : null;
    return first == null ? matcher.group() : first;
  }
}
