package dev.millrace.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Computes a model's input in Java, in double precision, without the nodes that {@link InputFront}
 * adds. A comparison of this input with the output of the nodes therefore finds mistakes in this
 * class and in the nodes.
 */
final class ReferenceImage {

  private static final int OPAQUE = 255;

  private final ImageInput input;
  private final Preprocessing preprocessing;

  ReferenceImage(ImageInput input, Preprocessing preprocessing) {
    this.input = input;
    this.preprocessing = preprocessing;
  }

  /**
   * Creates the input of the exported model for one image.
   *
   * @param pixels {@code uint8[1, height, width, 3]}
   * @return a tensor that the caller closes
   */
  OnnxTensor tensor(ByteBuffer pixels) throws OrtException {
    int height = preprocessing.height();
    int width = preprocessing.width();
    int channels = preprocessing.channels().count();
    boolean channelsFirst = input.layout() == ImageLayout.NCHW;
    ByteBuffer values =
        ByteBuffer.allocateDirect(height * width * channels * input.elements().bytes())
            .order(ByteOrder.nativeOrder());
    for (int i = 0; i < height * width * channels; i++) {
      int pixel = channelsFirst ? i % (height * width) : i / channels;
      int channel = channelsFirst ? i / (height * width) : i % channels;
      input.elements().put(values, value(pixels, pixel * Preprocessing.CHANNELS, channel));
    }
    long[] batch =
        channelsFirst
            ? new long[] {1, channels, height, width}
            : new long[] {1, height, width, channels};
    long[] single = {batch[1], batch[2], batch[3]};
    return OnnxTensor.createTensor(
        OrtLibrary.environment(),
        values.rewind(),
        input.batched() ? batch : single,
        input.elements().java());
  }

  private double value(ByteBuffer pixels, int red, int channel) {
    return (level(pixels, red, channel) * preprocessing.scale() - preprocessing.mean().get(channel))
        / preprocessing.std().get(channel);
  }

  private int level(ByteBuffer pixels, int red, int channel) {
    return switch (preprocessing.channels()) {
      case RGB -> unsigned(pixels, red + channel);
      case BGR -> unsigned(pixels, red + 2 - channel);
      case RGBA -> channel < Preprocessing.CHANNELS ? unsigned(pixels, red + channel) : OPAQUE;
      case GREY ->
          (19595 * unsigned(pixels, red)
                  + 38470 * unsigned(pixels, red + 1)
                  + 7471 * unsigned(pixels, red + 2)
                  + 0x8000)
              >> 16;
    };
  }

  private static int unsigned(ByteBuffer pixels, int index) {
    return Byte.toUnsignedInt(pixels.get(index));
  }
}
