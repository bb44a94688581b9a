package dev.millrace.service.preprocessing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Fit;
import java.util.stream.Stream;

/**
 * Reads how an image processor resizes and crops. {@code size} and {@code crop_size} have different
 * meanings in the different processors of transformers.
 */
final class ProcessorSize {

  /** Size in pixels from which ConvNeXt's processor squashes images instead of cropping them. */
  private static final int CONVNEXT_LARGE = 384;

  private final ProcessorValues values;
  private final HintsBuilder hints;

  ProcessorSize(ProcessorValues values, HintsBuilder hints) {
    this.values = values;
    this.hints = hints;
  }

  /**
   * The value of {@code size}, in pixels: either both sides or the shorter side. The other values
   * are 0.
   */
  private record Sides(int height, int width, int shorter) {

    boolean isSquare() {
      return height == width;
    }

    boolean isEqual(Sides other) {
      return height == other.height && width == other.width;
    }
  }

  void read() {
    if (!values.flag("do_resize")) {
      if (values.flag("do_center_crop")) {
        size(crop(), "crop_size");
      }
      hints.obstacle = "it does not resize images (do_resize is false), and Millrace does";
      return;
    }
    hints.interpolation = JsonValues.interpolation(values.json(), "resample");
    mark("interpolation", "resample");
    Sides size = sides();
    if (size == null) {
      hints.obstacle = "its size " + values.json().get("size") + " is not supported by Millrace";
    } else if (values.isOf("ConvNext")) {
      convNext(size);
    } else if (values.isOf("Perceiver") && values.flag("do_center_crop")) {
      size(size, "size");
      hints.obstacle = "it crops images before it resizes them, which Millrace cannot do";
    } else if (values.isOf("PoolFormer")) {
      poolFormer(size);
    } else if (values.isOf("Levit") && size.shorter > 0) {
      cropped((int) (256 / 224.0 * size.shorter), "size");
    } else {
      fitted(size, "size");
    }
  }

  private void convNext(Sides size) {
    if (size.shorter == 0) {
      throw new IllegalArgumentException(
          "size is " + values.json().get("size") + ", without the shortest_edge of ConvNext");
    }
    Sides square = new Sides(size.shorter, size.shorter, 0);
    if (size.shorter >= CONVNEXT_LARGE) {
      squash(square);
    } else {
      crop(square, "size", divided(size.shorter), "size", "crop_pct");
    }
  }

  /** For PoolFormer's processor, a square size is the length of the shorter side. */
  private void poolFormer(Sides size) {
    if (size.shorter > 0 || size.isSquare()) {
      cropped(divided(Math.max(size.shorter, size.height)), "size", "crop_pct");
    } else {
      fitted(new Sides(divided(size.height), divided(size.width), 0), "size");
    }
  }

  private void fitted(Sides size, String... keys) {
    if (size.shorter > 0) {
      cropped(size.shorter, keys);
      return;
    }
    Sides crop = values.flag("do_center_crop") ? crop() : size;
    if (crop.isEqual(size)) {
      squash(size);
      return;
    }
    size(crop, "crop_size");
    hints.obstacle =
        "it squashes images to %dx%d pixels and then crops %dx%d, which Millrace cannot do"
            .formatted(size.height, size.width, crop.height, crop.width);
  }

  /** Resizes the shorter side, then crops. */
  private void cropped(int resize, String... keys) {
    if (values.flag("do_center_crop")) {
      crop(crop(), "crop_size", resize, keys);
    } else {
      hints.obstacle = "it resizes the shorter side and crops nothing, so sizes differ";
    }
  }

  private void squash(Sides size) {
    size(size, "size");
    hints.fit = Fit.SQUASH;
    mark("fit", "size");
  }

  private void crop(Sides size, String sizeKey, int resize, String... resizeKeys) {
    size(size, sizeKey);
    if (resize < Math.max(size.height, size.width)) {
      hints.obstacle =
          "it pads images of a shorter side of %d pixels to %dx%d, which Millrace cannot do"
              .formatted(resize, size.height, size.width);
      return;
    }
    hints.resize = resize;
    hints.fit = Fit.CROP;
    mark("resize", resizeKeys);
    mark("fit", "size");
  }

  private void size(Sides size, String key) {
    hints.height = size.height;
    hints.width = size.width;
    mark("size", key);
  }

  private int divided(int pixels) {
    double divided = pixels / JsonValues.share(values.json(), "crop_pct");
    if (divided > 2 * Preprocessing.MAX_SIZE) {
      throw new IllegalArgumentException(
          "crop_pct is " + values.json().get("crop_pct") + ", too small for " + pixels + " pixels");
    }
    return (int) divided;
  }

  /** {@return the sides of {@code size}, or null if Millrace does not support this kind of size} */
  private Sides sides() {
    JsonNode size = values.json().path("size");
    if (size.isIntegralNumber() && !values.flag("default_to_square")) {
      return new Sides(0, 0, JsonValues.pixels(values.json(), "size"));
    }
    if (size.isObject() && !size.hasNonNull("height") && !size.hasNonNull("width")) {
      Integer shorter = JsonValues.pixels(size, "shortest_edge");
      return shorter == null || size.hasNonNull("longest_edge") ? null : new Sides(0, 0, shorter);
    }
    return both("size");
  }

  private Sides crop() {
    return both("crop_size");
  }

  /**
   * {@return a height and a width} A single number is both the height and the width. A list has the
   * height first.
   */
  private Sides both(String key) {
    JsonNode node = values.json().path(key);
    if (node.isIntegralNumber()) {
      int side = JsonValues.pixels(values.json(), key);
      return new Sides(side, side, 0);
    }
    if (node.isArray() && node.size() == 2) {
      return new Sides(JsonValues.pixels(key, node.get(0)), JsonValues.pixels(key, node.get(1)), 0);
    }
    Integer height = JsonValues.pixels(node, "height");
    Integer width = JsonValues.pixels(node, "width");
    if (height == null || width == null) {
      throw new IllegalArgumentException(
          node.isMissingNode()
              ? key + " is missing"
              : key + " is " + node + ", without a height and a width");
    }
    return new Sides(height, width, 0);
  }

  /** Marks a value as a default if one of the keys that it comes from is missing. */
  private void mark(String value, String... keys) {
    if (Stream.of(keys).anyMatch(values::isDefault)) {
      hints.defaulted.add(value);
    }
  }
}
