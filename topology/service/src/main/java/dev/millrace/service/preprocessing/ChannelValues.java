package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;

/** Means and standard deviations for the channels of an input. */
final class ChannelValues {

  /**
   * The average of ImageNet's means of red, green and blue. {@link #GREY_STD} is the average of the
   * standard deviations.
   */
  private static final List<Float> GREY_MEAN = List.of(0.449f);

  private static final List<Float> GREY_STD = List.of(0.226f);

  private ChannelValues() {}

  /**
   * {@return the mean of ImageNet's pixels, in the channels' order} The mean of an alpha channel is
   * 0.
   */
  static List<Float> usualMean(Channels channels) {
    return usual(channels, Preprocessing.IMAGENET_MEAN, GREY_MEAN, 0);
  }

  /**
   * {@return the standard deviation of ImageNet's pixels, in the channels' order} The standard
   * deviation of an alpha channel is 1.
   */
  static List<Float> usualStd(Channels channels) {
    return usual(channels, Preprocessing.IMAGENET_STD, GREY_STD, 1);
  }

  private static List<Float> usual(
      Channels channels, List<Float> rgb, List<Float> grey, float alpha) {
    return switch (channels) {
      case RGB -> rgb;
      case BGR -> reversed(rgb);
      case GREY -> grey;
      case RGBA -> extended(rgb, alpha);
    };
  }

  /** {@return a value for each channel} */
  static List<Float> repeated(float value, Channels channels) {
    return Collections.nCopies(channels.count(), value);
  }

  /**
   * {@return values in the channels' order} A single value is used for every channel, and three
   * equal values are used for one grey channel. Other numbers of values stay as they are.
   *
   * @param values the values in the order red, green, blue
   * @param channels the channels of the input
   */
  static List<Float> inOrder(List<Float> values, Channels channels) {
    if (channels == Channels.BGR) {
      return reversed(values.size() == 1 ? repeated(values.get(0), channels) : values);
    }
    boolean isForEach = values.size() == 1;
    boolean isGrey = channels == Channels.GREY && new HashSet<>(values).size() == 1;
    return isForEach || isGrey ? repeated(values.get(0), channels) : values;
  }

  private static List<Float> reversed(List<Float> values) {
    List<Float> reversed = new ArrayList<>(values);
    Collections.reverse(reversed);
    return reversed;
  }

  private static List<Float> extended(List<Float> values, float alpha) {
    List<Float> extended = new ArrayList<>(values);
    extended.add(alpha);
    return extended;
  }
}
