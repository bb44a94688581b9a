package dev.millrace.triton;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.triton.proto.ModelConfig;
import dev.millrace.triton.proto.ModelInput;
import dev.millrace.triton.proto.ModelInput.Format;
import java.util.List;
import java.util.Optional;

/**
 * The size of the images that a configuration declares.
 *
 * @param height height of the images, in pixels
 * @param width width of the images, in pixels
 */
record TritonInput(int height, int width) {

  private static final long DYNAMIC = -1;
  private static final int IMAGE_RANK = 3;

  /**
   * Reads the shape of the input. The field {@code reshape} gives the shape if it is present,
   * otherwise the field {@code dims}. If {@code max_batch_size} is 0, the shape may begin with a
   * batch dimension.
   *
   * @return the size of the images; empty if the size is dynamic or not declared
   * @throws dev.millrace.core.model.ModelException if the shape is not a shape of RGB images
   */
  static Optional<TritonInput> of(ConfigFile text) {
    ModelConfig config = text.config();
    if (config.getInputCount() > 1) {
      throw problem(text, 1, "a second input: an image classifier has one input");
    }
    if (config.getInputCount() == 0) {
      return Optional.empty();
    }
    ModelInput input = config.getInput(0);
    List<Long> shape =
        input.getReshape().getShapeCount() > 0
            ? input.getReshape().getShapeList()
            : input.getDimsList();
    return shape.isEmpty() ? Optional.empty() : size(text, image(text, shape));
  }

  /** {@return the dimensions of one image} */
  private static List<Long> image(ConfigFile text, List<Long> shape) {
    if (shape.size() == IMAGE_RANK + 1 && text.config().getMaxBatchSize() == 0) {
      long batch = shape.get(0);
      if (batch != DYNAMIC && batch != 1) {
        throw problem(
            text,
            0,
            "dims: "
                + shape
                + " fix the batch size at "
                + batch
                + ": export the model with a dynamic batch axis, or for one image");
      }
      return shape.subList(1, shape.size());
    }
    if (shape.size() != IMAGE_RANK) {
      throw problem(
          text, 0, "dims: " + shape + " are not those of an RGB image, such as [3, 224, 224]");
    }
    return shape;
  }

  private static Optional<TritonInput> size(ConfigFile text, List<Long> image) {
    Format format = text.config().getInput(0).getFormat();
    boolean channelsFirst = format != Format.FORMAT_NHWC && image.get(0) == Preprocessing.CHANNELS;
    boolean channelsLast = format != Format.FORMAT_NCHW && image.get(2) == Preprocessing.CHANNELS;
    if (!channelsFirst && !channelsLast) {
      throw problem(
          text,
          0,
          "dims: " + image + " with " + format + " do not have the 3 channels of an RGB image");
    }
    List<Long> sides = channelsFirst ? image.subList(1, 3) : image.subList(0, 2);
    if (sides.contains(DYNAMIC)) {
      return Optional.empty();
    }
    if (sides.stream().anyMatch(side -> side > Preprocessing.MAX_SIZE)) {
      throw problem(
          text,
          0,
          "dims: "
              + image
              + " are not those of an image of at most "
              + Preprocessing.MAX_SIZE
              + " pixels per side");
    }
    return Optional.of(new TritonInput(sides.get(0).intValue(), sides.get(1).intValue()));
  }

  private static RuntimeException problem(ConfigFile text, int index, String problem) {
    return text.problem(ModelConfig.INPUT_FIELD_NUMBER, index, problem);
  }
}
