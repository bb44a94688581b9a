package dev.millrace.service.command.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds a shared library where the dynamic linker would find it: in the folders of {@code
 * LD_LIBRARY_PATH} first, then in the cache of {@code ldconfig}.
 *
 * @param folders the folders of {@code LD_LIBRARY_PATH}
 * @param cached paths of the libraries in the linker's cache
 */
record SharedLibraries(List<Path> folders, List<Path> cached) {

  static SharedLibraries ofThisMachine() {
    String path = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
    List<Path> folders =
        Stream.of(path.split(File.pathSeparator, -1))
            .filter(folder -> !folder.isEmpty())
            .map(Path::of)
            .toList();
    return new SharedLibraries(folders, cache());
  }

  /** {@return the path of a library such as {@code libcudnn.so.9}, or empty if it is not found} */
  Optional<Path> find(String name) {
    Stream<Path> inFolders =
        folders.stream().map(folder -> folder.resolve(name)).filter(Files::exists);
    Stream<Path> inCache = cached.stream().filter(path -> path.endsWith(name));
    return Stream.concat(inFolders, inCache).findFirst();
  }

  /** Lines of {@code ldconfig -p} look like {@code libz.so.1 (libc6,x86-64) => /lib/libz.so.1}. */
  private static List<Path> cache() {
    for (String ldconfig : List.of("/sbin/ldconfig", "/usr/sbin/ldconfig")) {
      if (Files.isExecutable(Path.of(ldconfig))) {
        return cache(ldconfig);
      }
    }
    return List.of();
  }

  private static List<Path> cache(String ldconfig) {
    List<Path> paths = new ArrayList<>();
    try {
      Process process = new ProcessBuilder(ldconfig, "-p").redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      output
          .lines()
          .filter(line -> line.contains(" => "))
          .forEach(line -> paths.add(Path.of(line.substring(line.indexOf(" => ") + 4))));
    } catch (IOException e) {
      return List.of();
    }
    return paths;
  }
}
