package dev.millrace.trainer.data;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.decode.OpenCvImageDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decoded images: each is kept once it was decoded, as long as there is room, and decoded anew each
 * time after that. For one thread.
 */
public final class Pixels implements AutoCloseable {

  private final Preprocessing preprocessing;
  private final ImageDecoder decoder;
  private final ByteBuffer scratch;
  private long room;

  /**
   * @param preprocessing geometry to bring the images to
   * @param room how many bytes of pixels are kept at most
   */
  public Pixels(Preprocessing preprocessing, long room) {
    this(new OpenCvImageDecoder(ImageLimits.DEFAULT), preprocessing, room);
  }

  /**
   * @param decoder is closed with this
   */
  public Pixels(ImageDecoder decoder, Preprocessing preprocessing, long room) {
    this.decoder = decoder;
    this.preprocessing = preprocessing;
    this.scratch = ByteBuffer.allocateDirect(preprocessing.bytes());
    this.room = room;
  }

  /** An image that can be asked for its pixels. */
  public final class Image {
    private final LabelledImage encoded;
    private byte[] kept;

    private Image(LabelledImage encoded) {
      this.encoded = encoded;
    }

    public String key() {
      return encoded.key();
    }

    public int label() {
      return encoded.label();
    }

    /**
     * Its pixels.
     *
     * @return {@code uint8[size, size, 3]}; not to be written to
     * @throws BadImageException if it cannot be decoded
     * @throws IOException if it cannot be read
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

  /** Side of the images, in pixels. */
  public int side() {
    return preprocessing.size();
  }

  /**
   * Takes in an image, which is decoded at once.
   *
   * @throws BadImageException if it cannot be decoded
   * @throws IOException if it cannot be read
   */
  public Image add(LabelledImage encoded) throws IOException {
    Image image = new Image(encoded);
    var unused = image.pixels();
    return image;
  }

  @Override
  public void close() {
    decoder.close();
  }
}
