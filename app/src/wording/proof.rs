//! Words of receipts and bundles: what they show, and what they do not.

wording! {
    receipt_page => "电子回执", "Receipt";
    receipt_about => "证明：下列文件在所示时间由平台收到，此后未改动。文件内容是否属实，由部门审核。", "Shows that the file below was received at the time given and is unchanged since. Whether what it depicts is true is for the review.";
    receipt_link => "回执", "Receipt";
    receipt_spoken(name: &str) => "“{name}”的电子回执", "Receipt of “{name}”";
    receipt_download => "下载回执（可核验）", "Download the receipt (can be checked)";
    receipt_back => "返回自查", "Back to the self-check";
    receipt_to_file => "查看文件", "See the file";
    receipt_file => "文件名", "File";
    receipt_kind => "类型与大小", "Type and size";
    receipt_size(size: &str, bytes: &str) => "{size}（{bytes} 字节）", "{size} ({bytes} bytes)";
    receipt_sha256 => "SHA-256 指纹", "SHA-256 digest";
    receipt_received => "平台收到时间", "Received by the portal";
    receipt_number => "证据编号", "Evidence number";
    receipt_log => "存证日志", "Log";
    receipt_index(index: u64, entry: u64, size: u64) => "序号 {index}（从 0 起，即第 {entry} 条），已列入共 {size} 条的签署点", "Index {index} (from 0: entry {entry}), part of the signed checkpoint of {size}";
    receipt_checkpoint => "签署点", "Checkpoint";
    receipt_checkpoint_lines => "依次为：日志名、条数、日志根值、签署时间（1970 年起的毫秒数）、平台对以上各行的签名。", "In order: the log, its entries, its root, when it was signed (milliseconds since 1970), the portal's signature of these lines.";
    receipt_key => "平台公钥", "Key of the portal";
    receipt_signature => "平台签名", "Signature";
    receipt_how => "二维码含证据编号、SHA-256 指纹、字节数、收到时间、日志序号、签署点的条数和日志根值，以及平台对本回执的签名。完整核验请下载回执，或下载整案证据包后用核验程序检查。签署点请随回执留存，日后可据以核对日志是否只增不改。", "The QR code holds the evidence number, the digest (SHA-256), the bytes, the time, the log index, the checkpoint's entries and root, and the signature of this receipt. To check everything, download the receipt or the bundle of the case. Keep the checkpoint with the receipt: by it anybody can see later whether the log only grew.";
    receipt_unsealed => "本回执由系统自动生成并签名，不加盖印章。", "Made and signed by the system; it bears no seal.";

    bundle_title => "证据包", "Bundle of evidence";
    bundle_about => "包含本件的全部文件、文书、电子回执和存证记录。下载后不联网也能核验：文件在何时收到，此后有没有改动。", "All files, documents, receipts and log entries of this case. It can be checked without a network: when each file was received, and that it is unchanged since.";
    bundle_download => "下载证据包（ZIP）", "Download the bundle (ZIP)";
    bundle_short => "证据包", "Bundle";

    bundle_index_title(number: &str) => "证据包 {number}", "Bundle {number}";
    bundle_index_about => "本包证明：下列文件在所示时间由平台收到，此后未改动。它不证明文件所反映的内容属实。", "This bundle shows that the files below were received at the times given and are unchanged since. It does not show that what they depict happened.";
    bundle_index_files => "文件", "Files";
    bundle_index_documents => "文书", "Documents";
    bundle_index_withheld(count: usize) => "另有 {count} 个文件检出恶意代码，已隔离保存，没有放入本证据包。", "{count} further files are not in this bundle: malware was found in them, and they are kept apart.";
    bundle_index_none => "没有", "None";
    bundle_index_check => "怎样核验", "How to check";
    bundle_index_check_all => "用平台的开源核验程序（不联网）：", "With the portal's open checking program (no network):";
    bundle_index_check_sums => "或只核对文件指纹：解压后在本文件夹中运行", "Or the digests alone: unpack, and in this folder run";
    bundle_index_check_keys => "平台公布的公钥：", "The published keys:";
    bundle_index_page => "或在平台网站上用浏览器核验（文件不会上传）：", "Or in a browser on the portal's site (nothing is uploaded): ";
    bundle_index_stamps => "外部时间戳（机构的签名须另用 openssl 核验）", "Outside timestamps (check the authority's signature with openssl)";
    bundle_index_record => "系统记录", "System record";
    bundle_index_system => "系统", "System";
    bundle_index_system_is(version: &str) => "无感监管平台 {version}", "Wugan portal {version}";
    bundle_index_address => "网址", "Address";
    bundle_index_log => "存证日志", "Log";
    bundle_index_log_is(entries: usize) => "本包含本件记录 {entries} 条（收到、查看、提交、决定等），见", "{entries} entries about this case (received, opened, submitted, decided), in";
    bundle_index_method => "收存方法", "Method";
    bundle_index_method_is => "文件由企业账户经网络提交；服务器边收边算 SHA-256，写入磁盘后才答复收到，并在同一事务中记入只增不改的日志。原件按指纹保存，不再改写；另算 SM3。日志定时以 Ed25519 签署，签署点对外公布。本包由系统从原件直接生成，没有人工改动。", "Files are sent by the enterprise's accounts over the network. The server computes SHA-256 as they arrive, answers only once they are on disk, and notes them in an append-only log in the same transaction. Originals lie under their digest and are not rewritten; SM3 is computed as well. The log is signed from time to time (Ed25519), and what is signed is published. This bundle was made by the system from the originals, untouched by hand.";
    bundle_index_neutral => "平台由监管部门主办，是利害关系方；不依赖平台的是外部时间戳和已公布的签署点。", "The portal is run by the authorities and is an interested party; what does not rest on it are outside timestamps and the published checkpoints.";
    bundle_index_received => "收到时间", "Received";
}
