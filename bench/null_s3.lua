-- A null S3: it answers as S3 would, and keeps next to nothing, so that it is faster than any client.
--
-- A bucket is a folder of `root`. What is in it is prepared beforehand and does not change:
--   listing.firsts  the first key of each page, a line each
--   listing.N       page N of the listing (from 0): 1,000 <Contents> elements
--   etags           for each key, sorted, a line: key, tab, MD5, tab, size
--   data/KEY        the bytes of a key, for GET
--   versioned       an empty file where the bucket keeps versions
-- Only JSON documents are kept, as kept/KEY and its ETag: a published manifest has to be read back. Of
-- keys that begin with a dot, which a client tries conditions on, the ETag is remembered. An object
-- that is written or deleted otherwise is answered for and forgotten, and a copy is remembered until
-- requests are counted anew, so that every run finds what the one before it found. Of copies only the
-- listing of versions tells, as it does right after them.
--
-- Conditions are judged, of batched deletes and of a copy's source too. In a versioned bucket every
-- object has the one version v1. Requests are counted by kind; `GET /-requests` tells and forgets them.

local M = {}

local XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
local buckets = {}

local function exists(path)
  local file = io.open(path, 'rb')
  if file then file:close() end
  return file ~= nil
end

local function whole(path)
  local file = io.open(path, 'rb')
  if not file then return nil end
  local text = file:read('*a')
  file:close()
  return text
end

-- `copied` says of which key another is a copy, `copies` are those keys, sorted, but for the latest.
local function forget_copies(bucket) bucket.copied, bucket.copies, bucket.latest = {}, {}, {} end

-- What is known of a bucket, read once; `nil` where there is no such folder.
local function bucket_of(name)
  local known = buckets[name]
  if known then return known end
  local folder = M.root .. '/' .. name
  local firsts = whole(folder .. '/listing.firsts')
  if not firsts then return nil end
  known = { folder = folder, firsts = {}, keys = {}, etags = {}, sizes = {}, versioned = exists(folder .. '/versioned') }
  forget_copies(known)
  for first in firsts:gmatch('[^\n]+') do table.insert(known.firsts, first) end
  for key, md5, size in (whole(folder .. '/etags') or ''):gmatch('([^\t\n]+)\t(%x+)\t(%d+)') do
    table.insert(known.keys, key)
    known.etags[key], known.sizes[key] = md5, size
  end
  buckets[name] = known
  return known
end

local function answer(status, body)
  ngx.status = status
  ngx.header['Content-Type'] = 'application/xml'
  ngx.header['Content-Length'] = #body
  ngx.print(body)
  return ngx.exit(ngx.HTTP_OK)
end

local function refuse(status, code)
  return answer(status, XML .. '<Error><Code>' .. code .. '</Code><Message/></Error>')
end

local function body_of()
  ngx.req.read_body()
  local data = ngx.req.get_body_data()
  if data then return data end
  local path = ngx.req.get_body_file()
  return path and whole(path) or ''
end

-- The page that holds the first key after this one.
local function page_after(firsts, key)
  local low, high = 1, #firsts
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if firsts[middle] <= key then low = middle else high = middle - 1 end
  end
  return low - 1
end

-- The elements of one page that are wanted, how many they are, whether there are more of them on this
-- page (then the last one's key), and whether the prefix ends on it.
local function chosen(page, after, prefix, limit)
  local kept, last = {}, nil
  for element, key in page:gmatch('(<Contents><Key>([^<]*)</Key>.-</Contents>)') do
    local head = key:sub(1, #prefix)
    if head > prefix then return table.concat(kept), #kept, nil, true end
    if head == prefix and key > after then
      if #kept == limit then return table.concat(kept), #kept, last, false end
      table.insert(kept, element)
      last = key
    end
  end
  return table.concat(kept), #kept, nil, false
end

-- What is kept of the published manifest, as an element; '' where it is not published.
local function published(bucket, prefix)
  local key = 'style/manifest.json'
  local text = key:sub(1, #prefix) == prefix and whole(bucket.folder .. '/kept/' .. key)
  if not text then return '' end
  return '<Contents><Key>' .. key .. '</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;'
    .. whole(bucket.folder .. '/kept/' .. key .. '.etag') .. '&quot;</ETag><Size>' .. #text .. '</Size><StorageClass>STANDARD</StorageClass></Contents>'
end

-- A page as it was prepared, where it may be; what follows a key is at first the rest of its page.
-- A token is the number of a page and, where it was cut, the last key that was told of it.
local function list(bucket, name, query)
  local prefix, limit = query.prefix or '', tonumber(query['max-keys']) or 1000
  local pages = prefix:sub(1, 6) == 'style/' and #bucket.firsts or 0
  local page, after = (query['continuation-token'] or ''):match('^(%d+):(.*)$')
  if not page then
    after = query['start-after'] or ''
    page = page_after(bucket.firsts, after > prefix and after or prefix)
  end
  page = tonumber(page)
  local contents, shown, cut, ended = '', 0, nil, false
  while page < pages and shown == 0 and not ended do
    local text = whole(bucket.folder .. '/listing.' .. page) or ''
    if after == '' and limit >= 1000 and prefix == 'style/' then
      contents, shown = text, 1000
    else
      contents, shown, cut, ended = chosen(text, after, prefix, limit)
    end
    if cut then break end
    page, after = page + 1, ''
  end
  local more = cut ~= nil or (page < pages and not ended)
  if not more then
    local manifest = published(bucket, prefix)
    if manifest ~= '' then contents, shown = contents .. manifest, shown + 1 end
  end
  local token = more and '<NextContinuationToken>' .. page .. ':' .. (cut or '') .. '</NextContinuationToken>' or ''
  return answer(200, XML .. '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>'
    .. name .. '</Name><Prefix>' .. prefix .. '</Prefix><KeyCount>' .. shown .. '</KeyCount><MaxKeys>'
    .. limit .. '</MaxKeys><IsTruncated>' .. tostring(more) .. '</IsTruncated>' .. token .. contents
    .. '</ListBucketResult>')
end

-- The keys that were copied to, sorted: the latest are merged into the others.
local function copies_of(bucket)
  local old, latest, merged, at = bucket.copies, bucket.latest, {}, 1
  if #latest == 0 then return old end
  table.sort(latest)
  for _, key in ipairs(latest) do
    while old[at] and old[at] <= key do
      table.insert(merged, old[at])
      at = at + 1
    end
    if merged[#merged] ~= key then table.insert(merged, key) end
  end
  for rest = at, #old do table.insert(merged, old[rest]) end
  bucket.copies, bucket.latest = merged, {}
  return merged
end

-- The place of the first of sorted keys that is not before a key, or that is behind it.
local function place_of(keys, key, behind)
  local low, high = 1, #keys + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if keys[middle] < key or (behind and keys[middle] == key) then low = middle + 1 else high = middle end
  end
  return low
end

-- The versions of the keys behind a marker, copies among them.
local function list_versions(bucket, query)
  local prefix, marker = query.prefix or '', query['key-marker'] or ''
  local limit, keys, copies = tonumber(query['max-keys']) or 1000, bucket.keys, copies_of(bucket)
  local behind = marker >= prefix and marker ~= ''
  local at = place_of(keys, behind and marker or prefix, behind)
  local copied_at = place_of(copies, behind and marker or prefix, behind)
  local told, last = {}, nil
  while bucket.versioned and #told <= limit do
    local key, copy = keys[at], copies[copied_at]
    if copy and (not key or copy <= key) then
      at, copied_at, key = key == copy and at + 1 or at, copied_at + 1, copy
    else
      at = at + 1
    end
    if not key or key:sub(1, #prefix) ~= prefix then break end
    if #told < limit then last = key end
    local origin = bucket.copied[key] or key
    table.insert(told, '<Version><Key>' .. key .. '</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest>'
      .. '<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;' .. bucket.etags[origin]
      .. '&quot;</ETag><Size>' .. bucket.sizes[origin] .. '</Size><StorageClass>STANDARD</StorageClass></Version>')
  end
  local more = table.remove(told, limit + 1) ~= nil
  local next = '<NextKeyMarker>' .. (last or '') .. '</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>'
  return answer(200, XML .. '<ListVersionsResult><IsTruncated>' .. tostring(more) .. '</IsTruncated>'
    .. (more and next or '') .. table.concat(told) .. '</ListVersionsResult>')
end

local function is_kept(key) return key:sub(-5) == '.json' end

local function write(path, text)
  local file = io.open(path, 'wb')
  if file then file:write(text) file:close() end
end

-- Keep a document, and its ETag beside it.
local function keep(bucket, key, text, etag)
  write(bucket.folder .. '/kept/' .. key, text)
  write(bucket.folder .. '/kept/' .. key .. '.etag', etag)
end

-- The ETag of what is at a key; nil where nothing is.
local function etag_of(bucket, key)
  local kept = is_kept(key) and whole(bucket.folder .. '/kept/' .. key .. '.etag')
  return kept or bucket.etags[bucket.copied[key] or key]
end

local function delete_many(bucket)
  local body, told = body_of(), {}
  local is_quiet = body:find('<Quiet>true</Quiet>', 1, true)
  local marker = bucket.versioned
    and '<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>d1</DeleteMarkerVersionId>' or ''
  for object in body:gmatch('<Object>(.-)</Object>') do
    local key, etag = object:match('<Key>([^<]*)</Key>'), object:match('<ETag>([^<]*)</ETag>')
    if etag and etag:match('%x+') ~= etag_of(bucket, key) then
      table.insert(told, '<Error><Key>' .. key .. '</Key><Code>PreconditionFailed</Code></Error>')
    elseif not is_quiet then
      table.insert(told, '<Deleted><Key>' .. key .. '</Key>' .. marker .. '</Deleted>')
    end
  end
  return answer(200, XML .. '<DeleteResult>' .. table.concat(told) .. '</DeleteResult>')
end

local function on_bucket(bucket, name, query)
  local method = ngx.req.get_method()
  if query.versioning then
    local status = bucket.versioned and '<Status>Enabled</Status>' or ''
    return answer(200, XML .. '<VersioningConfiguration>' .. status .. '</VersioningConfiguration>')
  elseif query.versions then
    return list_versions(bucket, query)
  elseif query.uploads then
    return answer(200, XML .. '<ListMultipartUploadsResult></ListMultipartUploadsResult>')
  elseif query.location then
    return answer(200, XML .. '<LocationConstraint/>')
  elseif method == 'POST' and query.delete then
    return delete_many(bucket)
  elseif method == 'HEAD' or method == 'PUT' then
    return answer(200, '')
  end
  return list(bucket, name, query)
end

-- Whether a request's conditions hold. nginx is not to judge them again, by what is answered.
local function holds(bucket, key)
  local headers = ngx.req.get_headers()
  local match, none = headers['if-match'], headers['if-none-match']
  ngx.req.clear_header('If-Match')
  ngx.req.clear_header('If-None-Match')
  local now = etag_of(bucket, key)
  if match and match:gsub('"', '') ~= now then return false end
  return not (none and now and (none == '*' or none:gsub('"', '') == now))
end

local function copy(bucket, key, source, match)
  local from = ngx.unescape_uri(source):gsub('^/?[^/]+/', ''):gsub('%?versionId=.*$', '')
  local etag = etag_of(bucket, from)
  if not etag then return refuse(404, 'NoSuchKey') end
  if match and match:gsub('"', '') ~= etag then return refuse(412, 'PreconditionFailed') end
  bucket.copied[key] = bucket.copied[from] or from
  if bucket.sizes[bucket.copied[key]] then table.insert(bucket.latest, key) end
  return answer(200, XML .. '<CopyObjectResult><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;'
    .. etag .. '&quot;</ETag></CopyObjectResult>')
end

-- Where a part of a document is until its upload is complete.
local function part_of(upload, number) return M.root .. '/tmp/' .. upload .. '.' .. number end

local function put(bucket, key, query)
  local headers = ngx.req.get_headers()
  local source = headers['x-amz-copy-source']
  if bucket.versioned then ngx.header['x-amz-version-id'] = 'v1' end
  if source then return copy(bucket, key, source, headers['x-amz-copy-source-if-match']) end
  local body = body_of()
  local etag = ngx.md5(body)
  if query.uploadId then
    ngx.shared.parts:rpush(query.uploadId, query.partNumber .. ' ' .. etag)
    if is_kept(key) then write(part_of(query.uploadId, query.partNumber), body) end
  else
    if is_kept(key) then keep(bucket, key, body, etag) end
    if key:sub(1, 1) == '.' then bucket.etags[key] = etag end
  end
  ngx.header['ETag'] = '"' .. etag .. '"'
  ngx.header['Content-Length'] = 0
  return ngx.exit(ngx.HTTP_OK)
end

-- The ETag of a multipart upload: the MD5 of its parts' MD5s, and how many they are.
local function complete(upload)
  local parts, digests = {}, {}
  while true do
    local part = ngx.shared.parts:lpop(upload)
    if not part then break end
    local number, etag = part:match('^(%d+) (%x+)$')
    parts[tonumber(number)] = etag
  end
  for number = 1, #parts do
    digests[number] = parts[number]:gsub('%x%x', function(pair) return string.char(tonumber(pair, 16)) end)
  end
  return ngx.md5(table.concat(digests)) .. '-' .. #parts
end

-- Put the parts of a document together.
local function keep_parts(bucket, key, upload, etag)
  local texts = {}
  for number = 1, tonumber(etag:match('%-(%d+)$')) do
    local path = part_of(upload, number)
    texts[number] = whole(path)
    os.remove(path)
  end
  keep(bucket, key, table.concat(texts), etag)
end

local function post(bucket, key, query)
  if query.uploads then
    local upload = ngx.md5(key .. ngx.now() .. math.random())
    return answer(200, XML .. '<InitiateMultipartUploadResult><UploadId>' .. upload .. '</UploadId></InitiateMultipartUploadResult>')
  end
  body_of()
  local etag = complete(query.uploadId)
  if is_kept(key) then keep_parts(bucket, key, query.uploadId, etag) end
  return answer(200, XML .. '<CompleteMultipartUploadResult><ETag>&quot;' .. etag
    .. '&quot;</ETag></CompleteMultipartUploadResult>')
end

local function get(bucket, key)
  if bucket.versioned then ngx.header['x-amz-version-id'] = 'v1' end
  local kept = is_kept(key) and whole(bucket.folder .. '/kept/' .. key)
  if kept then
    ngx.header['ETag'] = '"' .. etag_of(bucket, key) .. '"'
    ngx.header['Last-Modified'] = 'Thu, 01 Jan 2026 00:00:00 GMT'
    ngx.header['Content-Length'] = #kept
    if ngx.req.get_method() ~= 'HEAD' then ngx.print(kept) end
    return ngx.exit(ngx.HTTP_OK)
  end
  local etag = etag_of(bucket, key)
  if not etag then return refuse(404, 'NoSuchKey') end
  ngx.header['ETag'] = '"' .. etag .. '"'
  ngx.var.etag = etag
  local from = bucket.copied[key] or key
  return ngx.exec('/-data/' .. ngx.var.bucket .. '/data/' .. ngx.escape_uri(from, 0))
end

local function kind_of(method, key, query)
  if method == 'GET' and key == '' and query['list-type'] then return 'LIST' end
  if method == 'GET' and key == '' and query.versions then return 'LIST VERSIONS' end
  if method == 'POST' and key == '' and query.delete then return 'DELETE BATCH' end
  if method == 'PUT' and ngx.req.get_headers()['x-amz-copy-source'] then return 'COPY' end
  return method
end

-- A line for each kind of request since it was last asked: how many, and the kind. A run is over.
function M.tell_requests()
  local counts = ngx.shared.requests
  for _, kind in ipairs(counts:get_keys(0)) do ngx.say(counts:get(kind), ' ', kind) end
  counts:flush_all()
  for _, bucket in pairs(buckets) do forget_copies(bucket) end
end

function M.serve()
  local name, key = ngx.var.bucket, ngx.unescape_uri(ngx.var.key)
  local bucket = bucket_of(name)
  if not bucket then return refuse(404, 'NoSuchBucket') end
  local query, method = ngx.req.get_uri_args(), ngx.req.get_method()
  ngx.shared.requests:incr(kind_of(method, key, query), 1, 0)
  local wait = key == '' and M.delay or M.distance
  if wait > 0 then ngx.sleep(wait) end
  if key == '' then return on_bucket(bucket, name, query) end
  if not holds(bucket, key) then return refuse(412, 'PreconditionFailed') end
  if method == 'PUT' then return put(bucket, key, query) end
  if method == 'POST' then return post(bucket, key, query) end
  if method == 'DELETE' then
    os.remove(bucket.folder .. '/kept/' .. key)
    os.remove(bucket.folder .. '/kept/' .. key .. '.etag')
    if key:sub(1, 1) == '.' then bucket.etags[key] = nil end
    if bucket.versioned then ngx.header['x-amz-delete-marker'] = 'true' ngx.header['x-amz-version-id'] = 'd1' end
    return ngx.exit(204)
  end
  return get(bucket, key)
end

return M
