package dev.millrace.benchmarks.contender;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;

/** A decoder that does nothing and leaves the pixels unchanged. */
final class NoDecoder implements ImageDecoder {

  @Override
  public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
    // Nothing is decoded, because a constant model does not read its input.
  }

  @Override
  public void close() {
    // This decoder has no resources to close.
  }
}
