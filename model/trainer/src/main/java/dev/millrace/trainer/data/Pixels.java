package dev.millrace.trainer.data;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.decode.OpenCvImageDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decodes images and keeps their pixels in memory, up to a limit. An image whose pixels do not fit
 * is decoded again each time that its pixels are read. Confined to one thread.
 */
public final class Pixels implements AutoCloseable {

  private final Preprocessing preprocessing;
  private final ImageDecoder decoder;
  private final ByteBuffer scratch;
  private long room;
  private int added;

  /**
   * Creates an object that decodes with a new decoder and {@link ImageLimits#DEFAULT}.
   *
   * @param preprocessing the resize and crop for the images
   * @param room the memory limit for kept pixels, in bytes
   */
  public Pixels(Preprocessing preprocessing, long room) {
    this(new OpenCvImageDecoder(ImageLimits.DEFAULT), preprocessing, room);
  }

  /**
   * Creates an object that decodes with the given decoder.
   *
   * @param decoder the decoder; {@link #close} closes it
   * @param preprocessing the resize and crop for the images
   * @param room the memory limit for kept pixels, in bytes
   */
  public Pixels(ImageDecoder decoder, Preprocessing preprocessing, long room) {
    this.decoder = decoder;
    this.preprocessing = preprocessing;
    this.scratch = ByteBuffer.allocateDirect(preprocessing.bytes());
    this.room = room;
  }

  /** An image whose pixels can be read. */
  public final class Image {
    private final LabelledImage encoded;
    private final int number;
    private byte[] kept;

    private Image(LabelledImage encoded, int number) {
      this.encoded = encoded;
      this.number = number;
    }

    /** {@return the image's number, counted from 0 in the order in which images were added} */
    public int number() {
      return number;
    }

    /** {@return the image's key} */
    public String key() {
      return encoded.key();
    }

    /** {@return SHA-256 of the image file's bytes, in hexadecimal} */
    public String content() {
      return encoded.content();
    }

    /** {@return the part to which the image belongs} */
    public Part part() {
      return encoded.part();
    }

    /** {@return the index of the image's class} */
    public int label() {
      return encoded.label();
    }

    /**
     * {@return the pixels, {@code uint8[size, size, 3]}; the caller must not write to the array}
     *
     * @throws BadImageException if the image cannot be decoded
     * @throws IOException if the image cannot be read
     */
    public byte[] pixels() throws IOException {
      if (kept != null) {
        return kept;
      }
      decoder.decode(encoded.source().read(), preprocessing, scratch.clear());
      byte[] pixels = new byte[preprocessing.bytes()];
      scratch.get(0, pixels);
      if (room >= pixels.length) {
        room -= pixels.length;
        kept = pixels;
      }
      return pixels;
    }
  }

  /** {@return the side of the images, in pixels} */
  public int side() {
    return preprocessing.width();
  }

  /** {@return the number of bytes of an image's pixels} */
  public int bytes() {
    return preprocessing.bytes();
  }

  /**
   * Adds an image and decodes it at once.
   *
   * @param encoded the encoded image
   * @return the image; its pixels have been decoded once without an error
   * @throws BadImageException if the image cannot be decoded
   * @throws IOException if the image cannot be read
   */
  public Image add(LabelledImage encoded) throws IOException {
    Image image = new Image(encoded, added++);
    var unused = image.pixels();
    return image;
  }

  @Override
  public void close() {
    decoder.close();
  }
}
