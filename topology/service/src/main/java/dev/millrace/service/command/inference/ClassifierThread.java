package dev.millrace.service.command.inference;

import dev.millrace.core.files.WholeFile;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.events.Probabilities;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/** The decoder and the buffers of one thread, which classifies one image at a time. */
final class ClassifierThread implements AutoCloseable {

  private final CpuModel model;
  private final ImageDecoder decoder;
  private final ByteBuffer pixels;
  private final FloatBuffer scores;

  ClassifierThread(CpuModel model) {
    this.model = model;
    this.decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT);
    this.pixels = ByteBuffer.allocateDirect(model.preprocessing().bytes());
    this.scores =
        ByteBuffer.allocateDirect(model.labels().size() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
  }

  Answer classify(Path file) {
    try {
      decoder.decode(WholeFile.read(file), model.preprocessing(), pixels.clear());
    } catch (BadImageException e) {
      return new Answer(file, null, e.getMessage());
    } catch (IOException e) {
      return new Answer(file, null, "the file cannot be read (" + e + ")");
    }
    model.session().run(pixels.clear(), 1, scores.clear());
    float[] probabilities = new float[scores.capacity()];
    scores.clear().get(probabilities);
    return new Answer(file, Probabilities.of(probabilities), null);
  }

  @Override
  public void close() {
    decoder.close();
  }
}
