package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The declaration of the input in a model's file.
 *
 * @param height height of the images, in pixels; empty if the model takes any height
 * @param width width of the images, in pixels; empty if the model takes any width
 * @param channels the channels: RGB if the model declares 3 channels, grey for 1, and RGB with
 *     alpha for 4. Empty if no number is declared
 * @param raw whether the model takes 8-bit pixels, so that it normalises them itself
 */
public record DeclaredInput(
    OptionalInt height, OptionalInt width, Optional<Channels> channels, boolean raw) {

  /**
   * Reads a declaration.
   *
   * @throws ModelException if the model cannot take images, takes an image as one row of numbers,
   *     or takes only batches of a fixed size other than 1
   */
  static DeclaredInput of(ValueInfoProto value) {
    InputShape shape = InputShape.of(value);
    boolean raw =
        ElementType.of(shape.subject(), value.getType().getTensorType().getElemType()).isRaw();
    shape.requireOpenOrSingle();
    ImageLayout layout = shape.declaredLayout();
    if (layout == null) {
      return new DeclaredInput(OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), raw);
    }
    OptionalLong height = shape.declared(layout.height());
    OptionalLong width = shape.declared(layout.height() + 1);
    if (height.orElse(0) == 1 || width.orElse(0) == 1) {
      throw new ModelException(
          shape.subject()
              + " takes an image as one line of "
              + Math.max(height.orElse(0), width.orElse(0))
              + " numbers: export the model so that it takes images with their height and width");
    }
    return new DeclaredInput(
        small(height),
        small(width),
        shape.declared(layout.channels()).stream().boxed().map(DeclaredInput::named).findFirst(),
        raw);
  }

  private static Channels named(long count) {
    return count == 1 ? Channels.GREY : count == 3 ? Channels.RGB : Channels.RGBA;
  }

  private static OptionalInt small(OptionalLong size) {
    return size.isPresent()
        ? OptionalInt.of((int) Math.min(size.getAsLong(), Integer.MAX_VALUE))
        : OptionalInt.empty();
  }
}
