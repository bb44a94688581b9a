package dev.millrace.service.preprocessing;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Channels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model's folder with files beside the model. In the JSON that the tests give, a single quote
 * stands for a double quote.
 */
record ModelFolder(Path folder) {

  ModelFolder processor(String json) {
    return file("preprocessor_config.json", json);
  }

  ModelFolder config(String json) {
    return file("config.json", json);
  }

  ModelFolder file(String name, String json) {
    try {
      Files.writeString(folder.resolve(name), json.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  FilesBeside beside() {
    return FilesBeside.of(folder.resolve("model.onnx"));
  }

  PreprocessingChoice choice() {
    return Choices.of(beside().hints());
  }

  Preprocessing chosen() {
    return choice().preprocessing();
  }

  /** Chooses the preprocessing with options. */
  Preprocessing chosen(HintsBuilder options) {
    return Choices.of(Channels.RGB, false, options.build(), beside().hints()).preprocessing();
  }
}
