package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/**
 * Writes an image's first byte as its only pixel. Refuses {@link #BAD}. When it gets {@link
 * #HANGING}, it waits for the latch.
 */
public final class FakeDecoder implements ImageDecoder {

  public static final byte BAD = (byte) 255;
  public static final byte HANGING = (byte) 254;

  private final CountDownLatch unhang;

  public FakeDecoder(CountDownLatch unhang) {
    this.unhang = unhang;
  }

  @Override
  public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
    if (encoded[0] == BAD) {
      throw new BadImageException(BadImageException.Reason.UNDECODABLE, "a bad image");
    }
    if (encoded[0] == HANGING) {
      boolean interrupted = false;
      while (true) {
        try {
          unhang.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true; // like native code, it cannot be interrupted
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    pixels.put(0, encoded[0]);
  }

  @Override
  public void close() {}
}
