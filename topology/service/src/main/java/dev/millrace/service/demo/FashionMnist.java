package dev.millrace.service.demo;

import dev.millrace.core.model.Labels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;

/**
 * Fashion-MNIST's test set (Xiao, Rasul and Vollgraf, 2017): 10,000 grey images of 28x28 pixels in
 * ten classes. The files have the IDX format, and this class returns the images as PNG.
 */
public final class FashionMnist {

  /** Names of the ten classes, in the order of their numbers. */
  public static final Labels LABELS =
      new Labels(
          List.of(
              "t-shirt",
              "trouser",
              "pullover",
              "dress",
              "coat",
              "sandal",
              "shirt",
              "sneaker",
              "bag",
              "ankle-boot"));

  /** Width and height of the images, in pixels. */
  public static final int SIDE = 28;

  private static final int IMAGES_MAGIC = 0x803;
  private static final int LABELS_MAGIC = 0x801;

  private FashionMnist() {}

  /**
   * {@return all images, with keys {@code CLASS/NUMBER.png}}
   *
   * @throws UncheckedIOException if the files are damaged
   */
  public static List<DemoImage> read() {
    try (DataInputStream pixels = open("t10k-images-idx3-ubyte.gz", IMAGES_MAGIC);
        DataInputStream classes = open("t10k-labels-idx1-ubyte.gz", LABELS_MAGIC)) {
      int count = pixels.readInt();
      int height = pixels.readInt();
      int width = pixels.readInt();
      if (classes.readInt() != count) {
        throw new IOException("the numbers of labels and images differ");
      }
      List<DemoImage> images = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        String label = LABELS.get(classes.readUnsignedByte());
        byte[] png = png(pixels.readNBytes(width * height), width, height);
        images.add(new DemoImage(String.format("%s/%05d.png", label, i), png, label));
      }
      return images;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the files of Fashion-MNIST in the jar are damaged; build again", e);
    }
  }

  private static DataInputStream open(String name, int magic) throws IOException {
    InputStream file = FashionMnist.class.getResourceAsStream("fashion-mnist/" + name);
    if (file == null) {
      throw new IOException(name + " is missing");
    }
    DataInputStream data = new DataInputStream(new GZIPInputStream(file, 1 << 16));
    if (data.readInt() != magic) {
      throw new IOException(name + " is not an IDX file of the expected kind");
    }
    return data;
  }

  private static byte[] png(byte[] grey, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, width, height, grey);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }
}
