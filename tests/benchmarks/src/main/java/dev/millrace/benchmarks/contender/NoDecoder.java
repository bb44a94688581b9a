package dev.millrace.benchmarks.contender;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;

/** Leaves the pixels as they are. */
final class NoDecoder implements ImageDecoder {

  @Override
  public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
    // What a constant model does not look at need not be decoded.
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
