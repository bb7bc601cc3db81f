import java.io.File;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;

/** Prints kind, position, and id, changes and digest of each transaction of an Avro file, by tabs. */
public class Read {
  public static void main(String[] args) throws Exception {
    StringBuilder out = new StringBuilder();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(new File(args[0]), new GenericDatumReader<GenericRecord>())) {
      for (GenericRecord entry : reader) {
        out.append(entry.get("kind")).append('\t').append(entry.get("position"));
        GenericRecord txn = (GenericRecord) entry.get("txn");
        if (txn != null) {
          out.append('\t').append(txn.get("id")).append('\t').append(txn.get("changes")).append('\t');
          for (byte b : ((GenericFixed) txn.get("digest")).bytes()) out.append(String.format("%02x", b));
        }
        out.append('\n');
      }
    }
    System.out.write(out.toString().getBytes(StandardCharsets.UTF_8));
    System.out.flush();
  }
}
