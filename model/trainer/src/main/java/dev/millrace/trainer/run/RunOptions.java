package dev.millrace.trainer.run;

import dev.millrace.core.model.Lineage;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * The options on which a run's result depends, as text. An interrupted run resumes only if these
 * options are unchanged.
 */
public final class RunOptions {

  /** The key of {@link dev.millrace.core.training.Compute#bf16}. */
  public static final String BF16 = "bf16";

  /** The values of options that earlier releases neither had nor stored. */
  private static final Map<String, String> EARLIER = Map.of(BF16, "false");

  /** The name of the list of classes. */
  static final String CLASSES = "classes";

  private RunOptions() {}

  static Map<String, String> of(TrainingConfig config, LabelledImages images) {
    Map<String, String> options = new TreeMap<>();
    options.put("network", config.network().toString());
    // Networks whose stems differ may have weights of the same shapes.
    options.put("stem", config.network().stem().name().toLowerCase(Locale.ROOT));
    options.put("preprocessing", config.preprocessing().toString());
    options.put("optimization", config.optimization().toString());
    options.put("augmentation", config.augmentation().toString());
    options.put(BF16, Boolean.toString(config.compute().bf16()));
    options.put("seed", Long.toString(config.seed()));
    options.put(
        "start", config.pretrained().map(from -> from.origin() + " " + from.freeze()).orElse("He"));
    options.put("held-out", Double.toString(config.data().split().heldOut()));
    options.put(CLASSES, String.join(", ", images.labels().names()));
    options.put(Lineage.DIVISION, images.images().size() + " images, " + checksum(images));
    return options;
  }

  /**
   * {@return the value of an option in a run that is resumed}
   *
   * @param saved the options that the run stored. Earlier releases did not store all options
   * @param value the value to return if the run has not stored the option
   */
  public static String before(Map<String, String> saved, String key, String value) {
    return saved.getOrDefault(key, EARLIER.getOrDefault(key, value));
  }

  private static String checksum(LabelledImages images) {
    CRC32 checksum = new CRC32();
    checksum.update(images.labels().names().toString().getBytes(StandardCharsets.UTF_8));
    for (LabelledImage image : images.images()) {
      checksum.update(
          (image.key() + image.label() + image.content() + image.part())
              .getBytes(StandardCharsets.UTF_8));
    }
    return Long.toHexString(checksum.getValue());
  }
}
