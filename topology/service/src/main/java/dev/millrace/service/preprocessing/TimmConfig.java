package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Fit;

/**
 * Reads timm's {@code config.json}. Its values are in {@code pretrained_cfg}, or at the top of
 * older files. What timm does with them is in its {@code transforms_imagenet_eval}.
 */
final class TimmConfig {

  private TimmConfig() {}

  static boolean isTimm(JsonNode config) {
    return config.path("pretrained_cfg").isObject()
        || (config.path("input_size").isArray() && config.has("mean"));
  }

  static Hints read(String source, JsonNode config) {
    JsonNode json =
        config.path("pretrained_cfg").isObject() ? config.get("pretrained_cfg") : config;
    HintsBuilder hints = new HintsBuilder(source);
    size(json, hints);
    hints.cropPct = JsonValues.share(json, "crop_pct");
    fit(json, hints);
    hints.interpolation =
        json.path("interpolation").asText().equals("random")
            ? null
            : JsonValues.interpolation(json, "interpolation");
    hints.mean = JsonValues.numbers(json, "mean");
    hints.std = JsonValues.numbers(json, "std");
    return hints.build();
  }

  private static void size(JsonNode json, HintsBuilder hints) {
    JsonNode size = json.path("input_size");
    if (size.isArray() && size.size() == 3) {
      hints.height = size.get(1).asInt();
      hints.width = size.get(2).asInt();
      hints.channels = size.get(0).asInt() == Channels.GREY.count() ? Channels.GREY : Channels.RGB;
    } else if (!size.isMissingNode()) {
      throw new IllegalArgumentException(
          "input_size is " + size + ", not [channels, height, width]");
    }
  }

  private static void fit(JsonNode json, HintsBuilder hints) {
    boolean isSquare = hints.width == null || hints.width.equals(hints.height);
    boolean isWhole = hints.cropPct != null && hints.cropPct == 1;
    String mode = json.path("crop_mode").asText("center");
    if (mode.equals("center") && isSquare) {
      hints.fit = Fit.CROP;
    } else if (mode.equals("squash") && isWhole) {
      hints.fit = Fit.SQUASH;
    } else {
      hints.obstacle =
          "its crop_mode "
              + mode
              + (isSquare ? "" : " with a size that is not square")
              + (mode.equals("squash") ? " with a crop_pct below 1" : "")
              + " is none that Millrace has";
    }
  }
}
