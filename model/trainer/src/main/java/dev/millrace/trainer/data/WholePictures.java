package dev.millrace.trainer.data;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.decode.DecodedPicture;
import dev.millrace.decode.OpenCvImageDecoder;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decodes whole pictures, from which random parts are cut, and counts the memory of those that are
 * kept. Thread-safe.
 */
final class WholePictures implements AutoCloseable {

  private final Preprocessing preprocessing;
  private final int shorter;
  private final AtomicLong room;

  /** Decoders that no thread uses at present. */
  private final Queue<OpenCvImageDecoder> idle = new ConcurrentLinkedQueue<>();

  /**
   * @param preprocessing the orientation and the interpolation of the pictures
   * @param shorter the largest length of a picture's shorter side, in pixels
   * @param room the memory limit for kept pictures, in bytes
   */
  WholePictures(Preprocessing preprocessing, int shorter, long room) {
    this.preprocessing = preprocessing;
    this.shorter = shorter;
    this.room = new AtomicLong(room);
  }

  DecodedPicture decode(byte[] encoded) {
    OpenCvImageDecoder waiting = idle.poll();
    OpenCvImageDecoder decoder =
        waiting == null ? new OpenCvImageDecoder(ImageLimits.DEFAULT) : waiting;
    try {
      return decoder.decodeWhole(encoded, preprocessing, shorter);
    } finally {
      idle.add(decoder);
    }
  }

  /** {@return whether a picture may be kept} Its memory is then no longer free. */
  boolean reserve(DecodedPicture picture) {
    if (room.addAndGet(-picture.bytes()) >= 0) {
      return true;
    }
    room.addAndGet(picture.bytes());
    return false;
  }

  @Override
  public void close() {
    idle.forEach(OpenCvImageDecoder::close);
  }
}
