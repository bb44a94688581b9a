package dev.millrace.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder in which ONNX Runtime's Java API unpacks its native library. The API asks the JVM to
 * delete the folder at exit, but the folder stays, and after a kill 28 MB in it. A POSIX system
 * keeps a loaded library without its file, so the folder can be removed at once.
 */
final class UnpackedLibrary {

  private UnpackedLibrary() {}

  /** Removes the folder, unless libraries for a GPU are still to be unpacked into it. */
  static void remove() {
    if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
      removeUnused();
    }
  }

  /** Removes the folder, from which nothing more will be loaded. */
  static void removeUnused() {
    try {
      Field field = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
      field.setAccessible(true);
      if (field.get(null) instanceof Path folder && isPosix(folder) && Files.isDirectory(folder)) {
        delete(folder);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this is not the ONNX Runtime that Millrace was built with; use that version", e);
    }
  }

  private static boolean isPosix(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Deletes a folder of files; what cannot be deleted stays. */
  static void delete(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      // The folder stays. Serving does not depend on its removal.
    }
  }
}
