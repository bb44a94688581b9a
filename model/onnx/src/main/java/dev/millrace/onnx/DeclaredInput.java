package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.onnx.proto.ValueInfoProto;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a model's file says about its input.
 *
 * @param height height of the images, in pixels; empty if the model takes any
 * @param width width of the images, in pixels; empty if the model takes any
 * @param channels the channels that their declared number stands for: 3 are red, green and blue, 1
 *     is grey, and 4 have an alpha channel; empty if the number is not declared
 * @param raw whether the model takes 8-bit pixels, so that it normalises them itself
 */
public record DeclaredInput(
    OptionalInt height, OptionalInt width, Optional<Channels> channels, boolean raw) {

  /**
   * Reads a declaration.
   *
   * @throws dev.millrace.core.model.ModelException if the model cannot take images, or only batches
   *     of another fixed size than 1
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
    return new DeclaredInput(
        small(shape.declared(layout.height())),
        small(shape.declared(layout.height() + 1)),
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
