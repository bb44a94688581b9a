package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Exif;
import java.util.Locale;

/** Describes a preprocessing in words. */
public final class PreprocessingText {

  private PreprocessingText() {}

  /**
   * {@return how an image becomes the model's input, for example {@code 224x224 pixels, cropped
   * from a shorter side of 256, bilinear, upright by EXIF, channels rgb}}
   *
   * @param preprocessing the preprocessing
   */
  public static String input(Preprocessing preprocessing) {
    String fit =
        switch (preprocessing.fit()) {
          case CROP -> "cropped from a shorter side of " + preprocessing.resize();
          case SQUASH -> "squashed";
          case PAD -> "padded";
        };
    return preprocessing.size()
        + " pixels, "
        + fit
        + ", "
        + lower(preprocessing.interpolation())
        + (preprocessing.exif() == Exif.APPLY ? ", upright by EXIF" : ", EXIF ignored")
        + ", channels "
        + lower(preprocessing.channels());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
