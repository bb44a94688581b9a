package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads timm's {@code config.json}. The values are in {@code pretrained_cfg}, or at the top level
 * of older files. A missing or empty value has the default of timm's function {@code
 * resolve_data_config}. Like this function, the class does not use {@code test_input_size}. The
 * values have the same meaning as in timm's function {@code transforms_imagenet_eval}.
 */
final class TimmConfig {

  private static final int USUAL_SIZE = 224;
  private static final double USUAL_CROP_PCT = 0.875;

  private final JsonNode json;
  private final HintsBuilder hints;

  private TimmConfig(String source, JsonNode json) {
    this.json = json;
    String notUsed =
        String.join(
            " and ",
            Stream.of("test_input_size", "test_crop_pct").filter(this::isOtherThanUsed).toList());
    hints = new HintsBuilder(notUsed.isEmpty() ? source : source + " (not its " + notUsed + ")");
    hints.defaultsOf = source + " (timm's defaults)";
  }

  static boolean isTimm(JsonNode config) {
    return config.hasNonNull("pretrained_cfg")
        || (config.has("input_size") && (config.has("mean") || config.has("architecture")));
  }

  static Hints read(String source, JsonNode config) {
    JsonNode json = config.hasNonNull("pretrained_cfg") ? config.get("pretrained_cfg") : config;
    if (!json.isObject()) {
      throw new IllegalArgumentException("pretrained_cfg is " + json + ", not an object");
    }
    return new TimmConfig(source, json).read();
  }

  private boolean isOtherThanUsed(String key) {
    JsonNode used = json.path(key.replace("test_", ""));
    return JsonValues.isSet(json.path(key)) && !json.get(key).equals(used);
  }

  private Hints read() {
    size();
    fit();
    hints.interpolation =
        isMissing("interpolation", "interpolation")
            ? Interpolation.BICUBIC
            : JsonValues.interpolation(json, "interpolation");
    hints.mean =
        isMissing("mean", "mean")
            ? Preprocessing.IMAGENET_MEAN
            : JsonValues.perChannel(json, "mean").orElseThrow();
    hints.std =
        isMissing("std", "std")
            ? Preprocessing.IMAGENET_STD
            : JsonValues.perChannel(json, "std").orElseThrow();
    return hints.build();
  }

  /**
   * Tests whether a key is missing. If it is, marks the values that come from the key as defaults.
   */
  private boolean isMissing(String key, String... values) {
    boolean isMissing = !JsonValues.isSet(json.path(key));
    if (isMissing) {
      hints.defaulted.addAll(List.of(values));
    }
    return isMissing;
  }

  private void size() {
    if (isMissing("input_size", "size")) {
      hints.height = USUAL_SIZE;
      hints.width = USUAL_SIZE;
      return;
    }
    JsonNode size = json.get("input_size");
    if (!size.isArray() || size.size() != 3) {
      throw new IllegalArgumentException(
          "input_size is " + size + ", not [channels, height, width]");
    }
    int channels = size.get(0).isInt() ? size.get(0).asInt() : 0;
    hints.channels =
        switch (channels) {
          case 1 -> Channels.GREY;
          case 3 -> Channels.RGB;
          case 4 -> Channels.RGBA;
          default ->
              throw new IllegalArgumentException(
                  "input_size is " + size + ", not one of 1, 3 or 4 channels");
        };
    hints.height = JsonValues.pixels("input_size", size.get(1));
    hints.width = JsonValues.pixels("input_size", size.get(2));
  }

  private void fit() {
    double cropPct =
        isMissing("crop_pct", "resize") ? USUAL_CROP_PCT : JsonValues.positive(json, "crop_pct");
    String mode = isMissing("crop_mode", "fit") ? "center" : json.get("crop_mode").asText();
    boolean isSquare = hints.width.equals(hints.height);
    double resize = Math.floor(hints.width / cropPct);
    if (mode.equals("squash") && cropPct == 1) {
      hints.fit = Fit.SQUASH;
    } else if (!mode.equals("center") || !isSquare) {
      hints.obstacle =
          "its crop_mode "
              + mode
              + (isSquare ? "" : " with a size that is not square")
              + (mode.equals("squash") ? " with a crop_pct of " + cropPct : "")
              + " is not supported by Millrace";
    } else if (cropPct > 1) {
      hints.obstacle =
          "it resizes the shorter side to %.0f pixels (crop_pct is %s) and pads to %d, which"
                  .formatted(resize, cropPct, hints.width)
              + " Millrace cannot do";
    } else if (resize > 2 * Preprocessing.MAX_SIZE) {
      throw new IllegalArgumentException(
          "crop_pct is " + cropPct + ", too small for " + hints.width + " pixels");
    } else {
      hints.fit = Fit.CROP;
      hints.cropPct = cropPct;
    }
  }
}
