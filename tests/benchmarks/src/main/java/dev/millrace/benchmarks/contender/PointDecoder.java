package dev.millrace.benchmarks.contender;

import dev.millrace.benchmarks.crayfish.CrayfishEvent;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decodes events of Crayfish. A data point is {@code float32[channels, height, width]} with numbers
 * from 0 to 1. The engine takes 8-bit pixels, so this decoder rounds each number to a multiple of
 * 1/255.
 */
final class PointDecoder implements ImageDecoder {

  @Override
  public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
    float[] values;
    try {
      values = CrayfishEvent.parse(encoded).values();
    } catch (IOException | NumberFormatException e) {
      throw new BadImageException(
          BadImageException.Reason.UNDECODABLE, "not an event of Crayfish: " + e.getMessage());
    }
    int area = preprocessing.width() * preprocessing.height();
    int channels = preprocessing.channels().count();
    if (values.length != channels * area) {
      throw new BadImageException(
          BadImageException.Reason.UNDECODABLE,
          "a data point of " + values.length + " numbers, not " + channels * area);
    }
    for (int c = 0; c < Preprocessing.CHANNELS; c++) {
      int begin = channels == 1 ? 0 : c * area;
      for (int i = 0; i < area; i++) {
        pixels.put(Preprocessing.CHANNELS * i + c, (byte) Math.round(values[begin + i] * 255));
      }
    }
  }

  @Override
  public void close() {
    // This decoder has no resources to close.
  }
}
