package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decoder of one decode thread. If the decoder fails, only the current image is refused. A new
 * decoder then replaces the failed decoder, whose scratch memory may be corrupt.
 *
 * <p>An {@link Error} is passed on. Its usual causes are a lack of memory and a broken native
 * library. The image has not caused them, and decoding cannot continue. A {@link
 * StackOverflowError} is handled like an exception, because an image's nesting may cause this error
 * and the error does no lasting damage.
 *
 * <p>Confined to its thread.
 */
final class ThreadDecoder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ThreadDecoder.class);

  private final Supplier<ImageDecoder> decoders;
  private final Set<Class<?>> seen;
  private ImageDecoder decoder;

  /**
   * @param decoders creates the decoder and its replacements
   * @param seen the types of the failures that were logged in full; shared by the threads of a
   *     pool, so it must be thread-safe
   */
  ThreadDecoder(Supplier<ImageDecoder> decoders, Set<Class<?>> seen) {
    this.decoders = decoders;
    this.seen = seen;
    this.decoder = decoders.get();
  }

  /** Decodes an image into its slot. Returns the reason why the image is refused, or null. */
  BadImageException decode(byte[] encoded, Batch.Slot slot) {
    try {
      decoder.decode(encoded, slot.model.preprocessing(), slot.pixels);
      return null;
    } catch (BadImageException e) {
      return e;
    } catch (RuntimeException | StackOverflowError e) {
      report(e);
      replace();
      return new BadImageException(
          BadImageException.Reason.DECODER_FAILED,
          "the decoder failed on this image, see the log: " + line(e));
    }
  }

  /** Logs the first failure of each type in full. The metrics count all failures. */
  private void report(Throwable failure) {
    if (seen.add(failure.getClass())) {
      log.error(
          "the decoder failed, and its image is refused; further failures with {} are only counted,"
              + " as decoder_failed",
          failure.getClass().getName(),
          failure);
    } else {
      log.debug("the decoder failed, and its image is refused", failure);
    }
  }

  private void replace() {
    ImageDecoder failed = decoder;
    decoder = decoders.get();
    close(failed);
  }

  /** Returns the failure in one line, for a dead letter's header. */
  private static String line(Throwable failure) {
    return failure.toString().lines().findFirst().orElseThrow();
  }

  @Override
  public void close() {
    close(decoder);
  }

  /**
   * Closes a decoder. If this fails, the decoder's scratch memory stays allocated, but no image is
   * affected.
   */
  private static void close(ImageDecoder decoder) {
    try {
      decoder.close();
    } catch (RuntimeException e) {
      log.warn("cannot close a decoder: {}", line(e), e);
    }
  }
}
