package dev.millrace.streams.engine;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decoder of one decode thread. A failure of the decoder refuses its image and nothing else.
 * Another decoder takes its place then, because the scratch memory of one that broke off midway may
 * be in any state.
 *
 * <p>An {@link Error} is passed on, such as a lack of memory or a broken native library: it is no
 * image's fault, and decoding cannot go on. The one exception is {@link StackOverflowError}, which
 * an image's nesting may cause, and which leaves nothing behind.
 *
 * <p>Confined to its thread.
 */
final class ThreadDecoder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ThreadDecoder.class);

  private final Supplier<ImageDecoder> decoders;
  private final Set<Class<?>> seen;
  private ImageDecoder decoder;

  /**
   * @param decoders makes this decoder and those that replace it
   * @param seen the kinds of failure that are in the log already, with their stack traces; shared
   *     by the threads of a pool, so thread-safe
   */
  ThreadDecoder(Supplier<ImageDecoder> decoders, Set<Class<?>> seen) {
    this.decoders = decoders;
    this.seen = seen;
    this.decoder = decoders.get();
  }

  /** Decodes an image into its slot. Returns why it is refused, or null. */
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

  /** The first failure of its kind goes to the log in full; the metrics count all of them. */
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

  /** What it is, in one line, as a dead letter's header takes it. */
  private static String line(Throwable failure) {
    return failure.toString().lines().findFirst().orElseThrow();
  }

  @Override
  public void close() {
    close(decoder);
  }

  /** If this fails, scratch memory is lost, and no image is. */
  private static void close(ImageDecoder decoder) {
    try {
      decoder.close();
    } catch (RuntimeException e) {
      log.warn("a decoder does not close: {}", line(e), e);
    }
  }
}
