package dev.millrace.trainer.data;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.decode.DecodedPicture;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.trainer.augment.ResizedCrop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Decodes images and keeps the pixels of the first of them in memory, up to a limit. Each other
 * image is decoded again each time that its pixels are read. If a training cuts random parts out of
 * its images, the whole pictures of training images are kept in the same way. One thread adds the
 * images. Several threads may read the pixels of different images at once.
 */
public final class Pixels implements AutoCloseable {

  /** The share of the memory for whole pictures, if random parts are cut out of them. */
  private static final double SHARE_OF_PICTURES = 0.75;

  private final Preprocessing preprocessing;
  private final Supplier<ImageDecoder> decoders;
  private final Optional<ResizedCrop> crop;
  private final WholePictures pictures;

  /** The largest number of images whose pixels are kept. */
  private final long most;

  /** Decoders that no thread uses at present. */
  private final Queue<Decoder> idle = new ConcurrentLinkedQueue<>();

  private int added;

  /** A decoder and its buffer, which one thread uses at a time. */
  private record Decoder(ImageDecoder images, ByteBuffer scratch) {}

  /**
   * Creates an object that decodes with {@link ImageLimits#DEFAULT}.
   *
   * @param preprocessing the resize and crop for the images
   * @param room the memory limit for kept pixels, in bytes
   */
  public Pixels(Preprocessing preprocessing, long room) {
    this(preprocessing, room, 1);
  }

  /**
   * Creates an object for a training that may cut random parts out of its images.
   *
   * @param preprocessing the resize and crop for the images
   * @param room the memory limit for kept pixels, in bytes
   * @param minArea the smallest area of a part, as a share of the picture's area; 1 if no parts are
   *     cut out
   */
  public Pixels(Preprocessing preprocessing, long room, double minArea) {
    this(() -> new OpenCvImageDecoder(ImageLimits.DEFAULT), preprocessing, room, minArea);
  }

  /**
   * Creates an object that decodes with the given decoders.
   *
   * @param decoders opens a decoder for each thread that decodes at the same time; {@link #close}
   *     closes them
   * @param preprocessing the resize and crop for the images
   * @param room the memory limit for kept pixels, in bytes
   */
  public Pixels(Supplier<ImageDecoder> decoders, Preprocessing preprocessing, long room) {
    this(decoders, preprocessing, room, 1);
  }

  private Pixels(
      Supplier<ImageDecoder> decoders, Preprocessing preprocessing, long room, double minArea) {
    this.decoders = decoders;
    this.preprocessing = preprocessing;
    this.crop = RandomParts.crop(minArea);
    long forPictures = crop.isPresent() ? (long) (SHARE_OF_PICTURES * room) : 0;
    this.pictures =
        new WholePictures(
            preprocessing,
            crop.map(part -> part.shorterSide(preprocessing.width()))
                .orElse(Preprocessing.MAX_SIZE),
            forPictures);
    this.most = (room - forPictures) / preprocessing.bytes();
  }

  /** An image whose pixels can be read. */
  public final class Image {
    private final LabelledImage encoded;
    private final int number;
    private byte[] kept;
    private DecodedPicture keptPicture;

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
      byte[] pixels = decode(encoded.source().read());
      if (number < most) {
        kept = pixels;
      }
      return pixels;
    }

    /**
     * {@return the whole picture} A picture that is larger than random parts need is shrunk; see
     * {@link ResizedCrop#shorterSide}.
     *
     * @throws BadImageException if the image cannot be decoded
     * @throws IOException if the image cannot be read
     */
    DecodedPicture picture() throws IOException {
      if (keptPicture != null) {
        return keptPicture;
      }
      DecodedPicture picture = pictures.decode(encoded.source().read());
      if (pictures.reserve(picture)) {
        keptPicture = picture;
      }
      return picture;
    }

    /**
     * Decodes the image as the training steps read it: as a whole picture if random parts are cut
     * out of it.
     *
     * @throws BadImageException if the image cannot be decoded
     * @throws IOException if the image cannot be read
     */
    void prepare() throws IOException {
      if (crop.isPresent() && part() == Part.TRAINING) {
        var unused = picture();
      } else {
        var unused = pixels();
      }
    }
  }

  private byte[] decode(byte[] encoded) {
    Decoder waiting = idle.poll();
    Decoder decoder = waiting == null ? open() : waiting;
    try {
      decoder.images().decode(encoded, preprocessing, decoder.scratch().clear());
      byte[] pixels = new byte[preprocessing.bytes()];
      decoder.scratch().get(0, pixels);
      return pixels;
    } finally {
      idle.add(decoder);
    }
  }

  private Decoder open() {
    return new Decoder(decoders.get(), ByteBuffer.allocateDirect(preprocessing.bytes()));
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
    Image image = addLater(encoded);
    var unused = image.pixels();
    return image;
  }

  /**
   * Adds an image without decoding it. The first read of its pixels may find that it is damaged.
   */
  Image addLater(LabelledImage encoded) {
    return new Image(encoded, added++);
  }

  @Override
  public void close() {
    idle.forEach(decoder -> decoder.images().close());
    pictures.close();
  }
}
