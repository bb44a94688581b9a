package dev.millrace.registry;

import com.squareup.wire.schema.internal.parser.FieldElement;
import com.squareup.wire.schema.internal.parser.MessageElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.TypeElement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Finds the message types of a Protobuf schema by their path in the file or by their names. */
final class ProtobufTypes {

  private final List<TypeElement> roots;
  private final String rootPackage;
  private final Map<String, MessageElement> byName = new HashMap<>();

  /**
   * A message type.
   *
   * @param name the full name, with the package
   * @param element the type
   */
  record Message(String name, MessageElement element) {

    /** {@return the field with the given name, or null} */
    FieldElement field(String field) {
      return Stream.concat(
              element.getFields().stream(),
              element.getOneOfs().stream().flatMap(oneOf -> oneOf.getFields().stream()))
          .filter(one -> one.getName().equals(field))
          .findFirst()
          .orElse(null);
    }
  }

  /**
   * @param files the schema's file, and then the files that it imports
   */
  ProtobufTypes(List<ProtoFileElement> files) {
    this.roots = files.get(0).getTypes();
    this.rootPackage = prefix(files.get(0).getPackageName());
    files.forEach(file -> add(prefix(file.getPackageName()), file.getTypes()));
  }

  private static String prefix(String name) {
    return name == null || name.isEmpty() ? "" : name + ".";
  }

  private void add(String prefix, List<TypeElement> types) {
    for (MessageElement message : messages(types)) {
      byName.put(prefix + message.getName(), message);
      add(prefix + message.getName() + ".", message.getNestedTypes());
    }
  }

  private static List<MessageElement> messages(List<TypeElement> types) {
    return types.stream()
        .filter(MessageElement.class::isInstance)
        .map(MessageElement.class::cast)
        .toList();
  }

  /** {@return the message type at a path of indexes in the schema's file} */
  Message message(List<Integer> indexes) throws MissingFieldException {
    List<TypeElement> types = roots;
    String name = rootPackage;
    MessageElement found = null;
    for (int index : indexes) {
      List<MessageElement> messages = messages(types);
      if (index < 0 || index >= messages.size()) {
        throw new MissingFieldException("the schema has no message type at " + indexes);
      }
      name = found == null ? name : name + ".";
      found = messages.get(index);
      name += found.getName();
      types = found.getNestedTypes();
    }
    return new Message(name, found);
  }

  /**
   * {@return the message type that a name refers to inside another type} As in Protobuf, the
   * innermost scope that defines the name wins.
   */
  Message message(Message scope, String type) throws MissingFieldException {
    String name = type.startsWith(".") ? type.substring(1) : type;
    String inner = type.startsWith(".") ? "" : scope.name();
    while (true) {
      String full = inner.isEmpty() ? name : inner + "." + name;
      if (byName.containsKey(full)) {
        return new Message(full, byName.get(full));
      }
      if (inner.isEmpty()) {
        throw new MissingFieldException("its type " + type + " is not a message");
      }
      inner = inner.substring(0, Math.max(0, inner.lastIndexOf('.')));
    }
  }
}
