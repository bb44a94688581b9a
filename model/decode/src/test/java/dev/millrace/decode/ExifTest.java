package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExifTest {

  private static final String PREFIX = "457869660000";
  private static final String BIG_ENDIAN = "4d4d002a00000008" + "0001";
  private static final String LITTLE_ENDIAN = "49492a0008000000" + "0100";
  private static final BufferedImage PICTURE = Pictures.gradient(8, 6, BufferedImage.TYPE_INT_RGB);
  private static final byte[] PNG = Pictures.encode(PICTURE, "png");

  @ParameterizedTest
  @ValueSource(
      strings = {
        BIG_ENDIAN + "0112" + "0003" + "00000001" + "00060000",
        BIG_ENDIAN + "0112" + "0004" + "00000001" + "00000006",
        BIG_ENDIAN + "0112" + "0001" + "00000001" + "06000000",
        BIG_ENDIAN + "0112" + "0006" + "00000001" + "06000000",
        BIG_ENDIAN + "0112" + "0008" + "00000001" + "00060000",
        BIG_ENDIAN + "0112" + "0009" + "00000001" + "00000006",
        LITTLE_ENDIAN + "1201" + "0300" + "01000000" + "06000000",
        LITTLE_ENDIAN + "1201" + "0400" + "01000000" + "06000000",
        "4d4d002a0000000a" + "ffff" + "0001" + "0112" + "0003" + "00000001" + "00060000",
        "4d4d002a00000008" + "ffff" + "0100000300000001ffff0000" + "0112000300000001" + "0006"
      })
  void orientation_isReadWithAndWithoutPrefix(String tiff) {
    assertThat(orientation(tiff)).isEqualTo(Orientation.of(6));
    assertThat(orientation(PREFIX + tiff)).isEqualTo(Orientation.of(6));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        PREFIX,
        "4d4d",
        "4d4e002a00000008",
        "4d4d002b00000008" + "0001" + "0112" + "0003" + "00000001" + "00060000",
        "4d4d002afffffff0" + "0001" + "0112" + "0003" + "00000001" + "00060000",
        BIG_ENDIAN + "0112" + "0003" + "00000002" + "00060006",
        BIG_ENDIAN + "0112" + "0002" + "00000001" + "00060006",
        BIG_ENDIAN + "0112" + "0003" + "00000001" + "00090000",
        BIG_ENDIAN + "0112" + "0003" + "00000001",
        BIG_ENDIAN + "0113" + "0003" + "00000001" + "00060000"
      })
  void dataThatIsDamagedOrSaysNothing_isThatOfAnUprightPicture(String exif) {
    assertThat(orientation(exif)).isEqualTo(Orientation.UPRIGHT);
  }

  /**
   * Files with the orientation 6: one file for each place in which a format can hold an
   * orientation.
   */
  static Stream<byte[]> turned() {
    byte[] tiff = Pictures.hex(BIG_ENDIAN + "0112" + "0004" + "00000001" + "00000006");
    byte[] prefixed = Pictures.join(Pictures.hex(PREFIX), tiff);
    byte[] jpeg = Pictures.encode(PICTURE, "jpeg");
    byte[] profile = profile(prefixed);
    byte[] keyword = ascii("Raw profile type exif\0");
    return Stream.of(
        Pictures.withSegment(jpeg, 0xE1, prefixed),
        Pictures.withSegment(
            Pictures.withSegment(jpeg, 0xE1, prefixed), 0xE1, ascii("http://ns.adobe.com/xap/")),
        Pictures.withChunk(PNG, "eXIf", tiff),
        Pictures.withChunk(PNG, "eXIf", prefixed),
        Pictures.withChunk(PNG, "tEXt", Pictures.join(keyword, profile)),
        Pictures.withChunk(
            PNG, "zTXt", Pictures.join(keyword, Pictures.join(new byte[1], deflate(profile)))),
        Pictures.withChunk(
            PNG, "iTXt", Pictures.join(keyword, Pictures.join(new byte[4], profile))),
        Pictures.withChunk(
            PNG,
            "iTXt",
            Pictures.join(keyword, Pictures.join(Pictures.hex("0100656e0000"), deflate(profile)))),
        webp(tiff),
        webp(prefixed));
  }

  @ParameterizedTest
  @MethodSource("turned")
  void fileOfEachFormat_isTurned(byte[] file) {
    assertThat(Exif.orientation(ImageFormat.of(file), file)).isEqualTo(Orientation.of(6));
  }

  @ParameterizedTest
  @MethodSource("turned")
  void fileCutOffAtEachByte_isTurnedOrUpright(byte[] file) {
    ImageFormat format = ImageFormat.of(file);
    if (format == ImageFormat.JPEG) {
      return; // a truncated JPEG is refused when its header is read
    }
    IntStream.range(12, file.length)
        .mapToObj(length -> Exif.orientation(format, Arrays.copyOf(file, length)))
        .forEach(found -> assertThat(found).isIn(Orientation.UPRIGHT, Orientation.of(6)));
  }

  @Test
  void chunkOfExif_goesBeforeATextThatSaysTheSame() {
    byte[] six = Pictures.hex(BIG_ENDIAN + "0112" + "0003" + "00000001" + "00060000");
    byte[] eight = Pictures.hex(BIG_ENDIAN + "0112" + "0003" + "00000001" + "00080000");
    byte[] text = Pictures.join(ascii("Raw profile type exif\0"), profile(eight));
    byte[] both = Pictures.withChunk(Pictures.withChunk(PNG, "eXIf", six), "tEXt", text);

    assertThat(Exif.orientation(ImageFormat.PNG, both)).isEqualTo(Orientation.of(6));
  }

  @Test
  void profileThatCannotBeDecompressed_isThatOfAnUprightPicture() {
    byte[] text = Pictures.join(ascii("Raw profile type exif\0\0"), ascii("no zlib"));

    assertThat(Exif.orientation(ImageFormat.PNG, Pictures.withChunk(PNG, "zTXt", text)))
        .isEqualTo(Orientation.UPRIGHT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void eachOrientation_isAppliedOrIgnoredInEachFormat(int number) {
    byte[] tiff = Pictures.hex(BIG_ENDIAN + "0112" + "0003" + "00000001" + "000" + number + "0000");
    byte[] png = Pictures.withChunk(PNG, "eXIf", tiff);
    byte[] jpeg = Pictures.withOrientation(Pictures.encode(PICTURE, "jpeg"), number);
    byte[] upright = Pictures.encode(turn(PICTURE, number), "png");

    assertThat(decode(png, Preprocessing.Exif.APPLY))
        .isEqualTo(decode(upright, Preprocessing.Exif.APPLY));
    assertThat(decode(png, Preprocessing.Exif.IGNORE))
        .isEqualTo(decode(PNG, Preprocessing.Exif.APPLY));
    assertThat(decode(jpeg, Preprocessing.Exif.IGNORE))
        .isEqualTo(decode(Pictures.encode(PICTURE, "jpeg"), Preprocessing.Exif.APPLY));
  }

  /** The picture as a viewer shows it, by the definition of EXIF's tag Orientation. */
  private static BufferedImage turn(BufferedImage stored, int number) {
    boolean sideways = number >= 5;
    int width = sideways ? stored.getHeight() : stored.getWidth();
    int height = sideways ? stored.getWidth() : stored.getHeight();
    BufferedImage shown = new BufferedImage(width, height, stored.getType());
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int right = width - 1 - x;
        int bottom = height - 1 - y;
        shown.setRGB(
            x,
            y,
            switch (number) {
              case 2 -> stored.getRGB(right, y);
              case 3 -> stored.getRGB(right, bottom);
              case 4 -> stored.getRGB(x, bottom);
              case 5 -> stored.getRGB(y, x);
              case 6 -> stored.getRGB(y, right);
              case 7 -> stored.getRGB(bottom, right);
              case 8 -> stored.getRGB(bottom, x);
              default -> stored.getRGB(x, y);
            });
      }
    }
    return shown;
  }

  private static ByteBuffer decode(byte[] file, Preprocessing.Exif exif) {
    Preprocessing squash =
        new Preprocessing(
            7,
            7,
            0,
            Fit.SQUASH,
            Interpolation.BILINEAR,
            exif,
            Channels.RGB,
            Preprocessing.UNIT_SCALE,
            List.of(0f, 0f, 0f),
            List.of(1f, 1f, 1f));
    ByteBuffer pixels = ByteBuffer.allocate(squash.bytes());
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      decoder.decode(file, squash, pixels);
    }
    return pixels;
  }

  private static Orientation orientation(String exif) {
    return Exif.orientation(ByteBuffer.wrap(Pictures.hex(exif)));
  }

  /** The EXIF data as the text that ImageMagick writes into a PNG. */
  private static byte[] profile(byte[] exif) {
    String digits = HexFormat.of().formatHex(exif).replaceAll("(.{36})", "$1\n");
    return ascii("\nexif\n" + String.format("%8d", exif.length) + "\n" + digits + "\n");
  }

  /** An extended WebP whose EXIF data follows another chunk of an odd length. */
  private static byte[] webp(byte[] exif) {
    byte[] simple = Pictures.webp();
    byte[] picture = Arrays.copyOfRange(simple, 12, simple.length);
    byte[] head =
        Pictures.hex("524946460000000057454250" + "565038580a00000008000000" + "000000000000");
    byte[] length = {(byte) exif.length, 0, 0, 0};
    byte[] chunk = Pictures.join(Pictures.join(ascii("EXIF"), length), exif);
    return Pictures.join(
        Pictures.join(head, Pictures.hex("41424344" + "01000000" + "ff00")),
        Pictures.join(picture, chunk));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] deflate(byte[] text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      out.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
