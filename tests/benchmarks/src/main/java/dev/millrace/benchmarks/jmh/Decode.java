package dev.millrace.benchmarks.jmh;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.decode.DecodeAlone;
import dev.millrace.decode.OpenCvImageDecoder;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Decodes JPEG files to pixels, one file per operation. */
@State(Scope.Thread)
public class Decode {

  private static final int SCALE = 2;
  private static final Preprocessing IMAGENET =
      new Preprocessing(224, 256, List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));

  /** Folder of the JPEG files. All pictures have the same width and height. */
  @Param("")
  public String pictures;

  private final List<byte[]> files = new ArrayList<>();
  private final List<LibJpegTurbo.File> nativeFiles = new ArrayList<>();
  private final ByteBuffer pixels = ByteBuffer.allocateDirect(IMAGENET.bytes());
  private ImageDecoder decoder;
  private LibJpegTurbo turbo;
  private int width;
  private int height;
  private int next;

  /** Reads the files into memory. */
  @Setup
  public void open() throws IOException {
    try (Stream<Path> paths = Files.list(Path.of(pictures))) {
      for (Path path : paths.sorted().toList()) {
        files.add(Files.readAllBytes(path));
      }
    }
    files.forEach(file -> nativeFiles.add(LibJpegTurbo.File.of(file)));
    ImageIO.setUseCache(false);
    BufferedImage first = ImageIO.read(new ByteArrayInputStream(files.get(0)));
    width = first.getWidth();
    height = first.getHeight();
    decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT);
    turbo = new LibJpegTurbo(width * height);
  }

  @TearDown
  public void close() {
    decoder.close();
    turbo.close();
  }

  private int next() {
    next = (next + 1) % files.size();
    return next;
  }

  /** Decodes with Millrace, without a resize. */
  @Benchmark
  public int alone() {
    return DecodeAlone.decode(files.get(next()));
  }

  /** Decodes with Millrace, and resizes to a model's input. */
  @Benchmark
  public ByteBuffer withResize() {
    decoder.decode(files.get(next()), IMAGENET, pixels);
    return pixels;
  }

  @Benchmark
  public void libJpegTurbo() {
    turbo.decode(nativeFiles.get(next()), width, height);
  }

  /** Decodes with libjpeg-turbo, to half of the width and height. */
  @Benchmark
  public void libJpegTurboHalf() {
    turbo.decode(nativeFiles.get(next()), (width + 1) / SCALE, (height + 1) / SCALE);
  }

  @Benchmark
  public BufferedImage imageIo() throws IOException {
    return ImageIO.read(new ByteArrayInputStream(files.get(next())));
  }
}
