package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Fit;
import java.util.Collections;
import java.util.List;

/**
 * Reads Hugging Face's {@code preprocessor_config.json}. The image processors of transformers give
 * the same keys different meanings; this class follows the processor that the file names.
 */
final class HuggingFaceConfig {

  /** From this size on, ConvNeXt's processor squashes images instead of cropping them. */
  private static final int CONVNEXT_LARGE = 384;

  private final JsonNode json;
  private final String processor;
  private final HintsBuilder hints;

  private HuggingFaceConfig(String source, JsonNode json) {
    this.json = json;
    this.processor =
        json.path("image_processor_type").asText(json.path("feature_extractor_type").asText(""));
    this.hints = new HintsBuilder(source);
  }

  static Hints read(String source, JsonNode json) {
    return new HuggingFaceConfig(source, json).read();
  }

  private Hints read() {
    if (json.path("do_resize").asBoolean(true)) {
      hints.interpolation = JsonValues.interpolation(json, "resample");
      size();
    }
    if (json.path("do_flip_channel_order").asBoolean(false)) {
      hints.channels = Channels.BGR;
    }
    normalization();
    return hints.build();
  }

  private void size() {
    JsonNode size = json.path("size");
    Integer height = JsonValues.pixels(size, "height");
    Integer width = JsonValues.pixels(size, "width");
    Integer shorter = JsonValues.pixels(size, "shortest_edge");
    if (size.isIntegralNumber()) {
      Integer side = JsonValues.pixels(json, "size");
      shorter = takesShorterSide() ? side : null;
      height = takesShorterSide() ? null : side;
      width = height;
    }
    if (shorter != null) {
      cropped(shorter);
    } else if (height != null && width != null) {
      squashed(height, width);
    } else if (!size.isMissingNode()) {
      hints.obstacle = "its size " + size + " is none that Millrace has";
    }
  }

  /** Tests whether this processor takes a single number for the shorter side. */
  private boolean takesShorterSide() {
    return isOne("ConvNext", "CLIP", "Levit", "PoolFormer", "MobileNet", "Bit", "MobileViT");
  }

  private boolean isOne(String... names) {
    return List.of(names).stream().anyMatch(processor::startsWith);
  }

  private void cropped(int shorter) {
    Double cropPct = JsonValues.share(json, "crop_pct");
    if (isOne("ConvNext") && shorter >= CONVNEXT_LARGE) {
      squash(shorter, shorter);
    } else if (isOne("ConvNext")) {
      crop(shorter, shorter, (int) (shorter / (cropPct == null ? 224 / 256.0 : cropPct)));
    } else if (!json.path("do_center_crop").asBoolean(true)) {
      hints.obstacle = "it resizes the shorter side and crops nothing, so sizes differ";
    } else {
      JsonNode crop = json.path("crop_size");
      Integer side = crop.isObject() ? null : JsonValues.pixels(json, "crop_size");
      Integer height = crop.isObject() ? JsonValues.pixels(crop, "height") : side;
      Integer width = crop.isObject() ? JsonValues.pixels(crop, "width") : side;
      int resize = shorter;
      if (isOne("Levit")) {
        resize = (int) (256 / 224.0 * shorter);
      } else if (isOne("PoolFormer") && cropPct != null) {
        resize = (int) (shorter / cropPct);
      }
      crop(height == null ? shorter : height, width == null ? shorter : width, resize);
    }
  }

  private void squashed(int height, int width) {
    JsonNode crop = json.path("crop_size");
    boolean crops = json.path("do_center_crop").asBoolean(false);
    Integer cropHeight =
        crop.isObject() ? JsonValues.pixels(crop, "height") : JsonValues.pixels(json, "crop_size");
    Integer cropWidth =
        crop.isObject() ? JsonValues.pixels(crop, "width") : JsonValues.pixels(json, "crop_size");
    if (!crops || cropHeight == null || (cropHeight == height && cropWidth == width)) {
      squash(height, width);
      return;
    }
    hints.height = cropHeight;
    hints.width = cropWidth;
    hints.obstacle =
        "it squashes images to %dx%d pixels and then crops %dx%d, which Millrace cannot do"
            .formatted(width, height, cropWidth, cropHeight);
  }

  private void squash(int height, int width) {
    hints.height = height;
    hints.width = width;
    hints.fit = Fit.SQUASH;
  }

  private void crop(int height, int width, int resize) {
    hints.height = height;
    hints.width = width;
    hints.resize = resize;
    hints.fit = Fit.CROP;
    if (resize < Math.max(height, width)) {
      hints.fit = null;
      hints.obstacle =
          "it pads images of a shorter side of %d pixels to %dx%d, which Millrace cannot do"
              .formatted(resize, width, height);
    }
  }

  private void normalization() {
    boolean rescales = json.path("do_rescale").asBoolean(true);
    double scale = rescales ? json.path("rescale_factor").asDouble(Preprocessing.UNIT_SCALE) : 1;
    if (!(scale > 0)) {
      throw new IllegalArgumentException("rescale_factor is " + json.path("rescale_factor"));
    }
    boolean normalizes = json.path("do_normalize").asBoolean(json.has("image_mean"));
    List<Float> mean = normalizes ? JsonValues.numbers(json, "image_mean") : zeros();
    List<Float> std = normalizes ? JsonValues.numbers(json, "image_std") : ones();
    if (mean == null || std == null) {
      return; // the usual mean and std, which are printed as assumed
    }
    if (isOne("EfficientNet")) {
      mean = json.path("rescale_offset").asBoolean(false) ? plusOne(mean) : mean;
      // With include_top, the processor divides by the standard deviation once more.
      if (json.path("include_top").asBoolean(true)) {
        std = normalizes ? squares(std) : JsonValues.numbers(json, "image_std");
      }
    }
    Normalization unit = Normalization.of(scale, mean, std);
    hints.mean = unit.mean();
    hints.std = unit.std();
  }

  private static List<Float> zeros() {
    return Collections.nCopies(Preprocessing.CHANNELS, 0f);
  }

  private static List<Float> ones() {
    return Collections.nCopies(Preprocessing.CHANNELS, 1f);
  }

  private static List<Float> plusOne(List<Float> values) {
    return values.stream().map(value -> value + 1).toList();
  }

  private static List<Float> squares(List<Float> values) {
    return values.stream().map(value -> value * value).toList();
  }
}
