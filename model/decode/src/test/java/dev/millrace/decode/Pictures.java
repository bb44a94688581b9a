package dev.millrace.decode;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Exif;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.w3c.dom.Node;

/** Small image files, created with the JDK's writers or by hand. */
final class Pictures {

  private Pictures() {}

  /** The preprocessing that leaves a picture of {@code size} by {@code size} pixels unchanged. */
  static Preprocessing square(int size) {
    return geometry(size, size);
  }

  static Preprocessing geometry(int resize, int size) {
    return new Preprocessing(size, resize, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
  }

  /** The preprocessing with this fit and interpolation; {@code resize} matters only for a crop. */
  static Preprocessing fitted(
      int width, int height, int resize, Fit fit, Interpolation interpolation) {
    return new Preprocessing(
        width,
        height,
        resize,
        fit,
        interpolation,
        Exif.APPLY,
        Channels.RGB,
        Preprocessing.UNIT_SCALE,
        List.of(0f, 0f, 0f),
        List.of(1f, 1f, 1f));
  }

  /**
   * Noise of a linear congruential generator; {@code torchvision_pixels.py} creates the same noise.
   */
  static byte[] noise(int width, int height) {
    int state = width * 65536 + height;
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i++) {
      state = state * 1664525 + 1013904223;
      rgb[i] = (byte) (state >>> 24);
    }
    return rgb;
  }

  /** A picture whose pixels differ from column to column and from row to row. */
  static BufferedImage gradient(int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int red = 255 * x / width;
        int green = 255 * y / height;
        image.setRGB(x, y, 0xFF000080 | (red << 16) | (green << 8));
      }
    }
    return image;
  }

  static byte[] encode(BufferedImage image, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalArgumentException("the JDK does not write this image as " + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static byte[] progressiveJpeg(BufferedImage image) {
    return encodeProgressively(image, "jpeg");
  }

  static byte[] interlacedGif(BufferedImage image) {
    return encodeProgressively(image, "gif");
  }

  static byte[] interlacedPng(BufferedImage image) {
    return encodeProgressively(image, "png");
  }

  /** A JPEG with a restart marker after every {@code interval} blocks of 16 by 16 pixels. */
  static byte[] jpegWithRestarts(BufferedImage image, int interval) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
    IIOMetadataNode restarts = new IIOMetadataNode("dri");
    restarts.setAttribute("interval", Integer.toString(interval));
    Node tree = metadata.getAsTree(metadata.getNativeMetadataFormatName());
    tree.getLastChild().appendChild(restarts);
    try {
      metadata.setFromTree(metadata.getNativeMetadataFormatName(), tree);
    } catch (IIOInvalidTreeException e) {
      throw new IllegalArgumentException(e);
    }
    return write(writer, new IIOImage(image, null, metadata), null);
  }

  private static byte[] encodeProgressively(BufferedImage image, String format) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    return write(writer, new IIOImage(image, null, null), parameters);
  }

  private static byte[] write(ImageWriter writer, IIOImage image, ImageWriteParam parameters) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, image, parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /**
   * A TIFF of one page.
   *
   * @param compression the JDK's name of the compression; {@code none} for an uncompressed TIFF
   */
  static byte[] tiff(BufferedImage image, String compression) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    if (!compression.equals("none")) {
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionType(compression);
    }
    return write(writer, new IIOImage(image, null, null), parameters);
  }

  /** A BMP of 5x2 pixels with runs, literals and a jump. */
  static byte[] runLengthBmp() {
    String header =
        "28000000" + "05000000" + "02000000" + "0100" + "0800" + "01000000" + "00".repeat(12);
    String palette = "03000000" + "00000000" + "00000000" + "0000ff00" + "ffffff00";
    String runs = "0201" + "0003" + "02000200" + "0000" + "00020300" + "0102" + "0502" + "0001";
    return hex("424d" + "00".repeat(12) + header + palette + runs);
  }

  /** A lossless WebP of one pixel. */
  static byte[] webp() {
    return hex("524946461e000000574542505650384c110000002f000000000750b22257a6ff8188e87f0000");
  }

  /** The JPEG with another segment after its first two bytes. */
  static byte[] withSegment(byte[] jpeg, int marker, byte[] payload) {
    return ByteBuffer.allocate(jpeg.length + 4 + payload.length)
        .put(jpeg, 0, 2)
        .putShort((short) (0xFF00 | marker))
        .putShort((short) (payload.length + 2))
        .put(payload)
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }

  /** The JPEG with an EXIF segment that holds only an orientation, 1 to 8. */
  static byte[] withOrientation(byte[] jpeg, int orientation) {
    String tiff = "4d4d002a00000008";
    String tag = "0112" + "0003" + "00000001" + "000" + orientation + "0000";
    return withSegment(jpeg, 0xE1, hex("457869660000" + tiff + "0001" + tag + "00000000"));
  }

  /** The PNG with another chunk after its header. */
  static byte[] withChunk(byte[] png, String type, byte[] data) {
    int afterHeader = 8 + 12 + 13;
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    return ByteBuffer.allocate(png.length + 12 + data.length)
        .put(png, 0, afterHeader)
        .putInt(data.length)
        .put(name)
        .put(data)
        .putInt((int) crc.getValue())
        .put(png, afterHeader, png.length - afterHeader)
        .array();
  }

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  static byte[] join(byte[] head, byte[] tail) {
    return ByteBuffer.allocate(head.length + tail.length).put(head).put(tail).array();
  }

  static String sha256(ByteBuffer pixels) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(pixels.duplicate().rewind());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
