package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/**
 * A decoder that writes the first byte of an image as the image's only pixel. It refuses an image
 * that begins with {@link #BAD}. If an image begins with {@link #HANGING}, the decoder hangs until
 * the latch opens.
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
