package fakeaws

import (
	"cmp"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// s3Actions is a part of https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
var s3Actions = map[string]action{
	"PutObject":          {true, (*AWS).putObject},
	"HeadObject":         {false, (*AWS).headObject},
	"ListObjectVersions": {false, (*AWS).listObjectVersions},
}

// bucket is a bucket of S3. With Object Lock it keeps every version; without, the last one of a key.
type bucket struct {
	name, owner string
	locks       bool
	others      []string // accounts that its policy lets in
	objects     []object // the oldest first
}

// object is a version of an object, or a delete marker.
type object struct {
	Object
	version string
	marker  bool
}

// Object is a version of an object in S3, as [AWS.Objects] shows it.
type Object struct {
	Key, Body string
	At        time.Time // when it was stored
	Mode      string    // of Object Lock; "" for none
	Until     time.Time // when that ends
}

// AddBucket makes a bucket of an account, with Object Lock or without, whose policy lets in other accounts.
func (a *AWS) AddBucket(account, name string, locks bool, others ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.buckets[name] = &bucket{name: name, owner: a.account(account).id, locks: locks, others: others}
}

// DeleteObject puts a delete marker over an object, as everybody can who has s3:DeleteObject: Object Lock keeps nobody from that.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-delete-markers
func (a *AWS) DeleteObject(name, key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.buckets[name].add(object{Object: Object{Key: key, At: a.now()}, marker: true})
}

// Objects returns the versions of all objects of a bucket, the oldest first.
func (a *AWS) Objects(name string) []Object {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	var out []Object
	for _, o := range a.buckets[name].objects {
		if !o.marker {
			out = append(out, o.Object)
		}
	}
	return out
}

// add stores a version, and returns its id.
func (b *bucket) add(o object) string {
	if !b.locks {
		b.objects = slices.DeleteFunc(b.objects, func(was object) bool { return was.Key == o.Key })
	}
	o.version = "null"
	if b.locks {
		o.version = letters(b.name, fmt.Sprint(len(b.objects)))[:32]
	}
	b.objects = append(b.objects, o)
	return o.version
}

// latest returns the version of a key that counts; false if there is none, or a delete marker.
func (b *bucket) latest(key string) (object, bool) {
	for _, o := range slices.Backward(b.objects) {
		if o.Key == key {
			return o, !o.marker
		}
	}
	return object{}, false
}

// bucketFor returns the bucket that a request is about, if its caller is let in and meant its owner.
func (a *AWS) bucketFor(r *request) (*bucket, error) {
	b := a.buckets[r.Params["Bucket"]]
	if b == nil {
		return nil, refuse("NoSuchBucket", "The specified bucket does not exist")
	}
	if r.Account != b.owner && !slices.Contains(b.others, r.Account) || cmp.Or(r.Params["ExpectedBucketOwner"], b.owner) != b.owner {
		return nil, refuse("AccessDenied", "Access Denied")
	}
	return b, nil
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func (a *AWS) putObject(r *request) (any, error) {
	b, err := a.bucketFor(r)
	if err != nil {
		return nil, err
	}
	o := object{Object: Object{Key: r.Params["Key"], Body: string(r.body), At: r.now, Mode: r.Params["ObjectLockMode"]}}
	if err := o.lock(r, b); err != nil {
		return nil, err
	}
	if sum, ok := r.Params["ChecksumSHA256"]; ok && sum != o.sum() {
		return nil, refuse("BadDigest", "The SHA256 you specified did not match the calculated checksum.")
	}
	switch only := r.Params["IfNoneMatch"]; only {
	case "":
	case "*":
		if _, ok := b.latest(o.Key); ok {
			return nil, refuse("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		}
	default:
		return nil, refuse("NotImplemented", "A header you provided implies functionality that is not implemented")
	}
	o.version = b.add(o)
	return &restAnswer{header: o.header(r.Params["ChecksumAlgorithm"] != "")}, nil
}

// lock reads until when an object is locked.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-put-object
func (o *object) lock(r *request, b *bucket) (err error) {
	until := r.Params["ObjectLockRetainUntilDate"]
	if o.Mode == "" && until == "" {
		return nil
	}
	if o.Mode == "" || until == "" {
		return refuse("InvalidArgument", "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied")
	}
	if o.Mode != "COMPLIANCE" && o.Mode != "GOVERNANCE" {
		return refuse("InvalidArgument", "Unknown wormMode directive.")
	}
	if o.Until, err = time.Parse(time.RFC3339, until); err != nil || !o.Until.After(r.now) {
		return refuse("InvalidArgument", "The retain until date must be in the future!")
	}
	if r.Params["ChecksumAlgorithm"] == "" {
		return refuse("InvalidRequest",
			"Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters")
	}
	if !b.locks {
		return refuse("InvalidRequest", "Bucket is missing ObjectLockConfiguration") // versity/versitygw#1751
	}
	return nil
}

func (o *object) sum() string {
	sum := sha256.Sum256([]byte(o.Body))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (o *object) etag() string {
	sum := md5.Sum([]byte(o.Body))
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func (o *object) header(sum bool) map[string]string {
	out := map[string]string{"ETag": o.etag()}
	if o.version != "null" {
		out["X-Amz-Version-Id"] = o.version
	}
	if sum {
		out["X-Amz-Checksum-Sha256"] = o.sum()
	}
	return out
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func (a *AWS) headObject(r *request) (any, error) {
	b, err := a.bucketFor(r)
	if err != nil {
		return nil, err
	}
	o, ok := b.latest(r.Params["Key"])
	if !ok {
		return nil, refuse("NoSuchKey", "The specified key does not exist.")
	}
	header := o.header(r.Params["ChecksumMode"] == "ENABLED")
	header["Content-Length"] = strconv.Itoa(len(o.Body))
	header["Last-Modified"] = o.At.UTC().Format(http.TimeFormat)
	if o.Mode != "" {
		header["X-Amz-Object-Lock-Mode"] = o.Mode
		header["X-Amz-Object-Lock-Retain-Until-Date"] = iso(o.Until)
	}
	return &restAnswer{header: header}, nil
}

func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// listedVersion is a version, or a delete marker, in a list.
type listedVersion struct {
	Key, VersionId string
	IsLatest       bool
	LastModified   string
	ETag           string `xml:",omitempty"`
	Size           int    `xml:",omitempty"`
}

// listedVersions is the answer to ListObjectVersions.
type listedVersions struct {
	XMLName                                  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListVersionsResult"`
	Name, Prefix, KeyMarker, VersionIdMarker string
	NextKeyMarker, NextVersionIdMarker       string `xml:",omitempty"`
	MaxKeys                                  int
	IsTruncated                              bool
	Version, DeleteMarker                    []listedVersion
}

// listObjectVersions lists by key, and the newest version of a key first.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
func (a *AWS) listObjectVersions(r *request) (any, error) {
	b, err := a.bucketFor(r)
	if err != nil {
		return nil, err
	}
	p := r.Params
	most, err := strconv.Atoi(cmp.Or(p["MaxKeys"], "1000"))
	if err != nil || most < 1 || p["KeyMarker"] == "" && p["VersionIdMarker"] != "" {
		return nil, refuse("InvalidArgument", "max-keys is no number, or a version-id marker has no key marker")
	}
	all := slices.Clone(b.objects)
	slices.Reverse(all)
	slices.SortStableFunc(all, func(x, y object) int { return strings.Compare(x.Key, y.Key) })
	out := listedVersions{Name: b.name, Prefix: p["Prefix"], KeyMarker: p["KeyMarker"], VersionIdMarker: p["VersionIdMarker"],
		MaxKeys: min(most, 1000)}
	after := p["KeyMarker"] == ""
	for i, o := range all {
		if !after {
			after = o.Key > p["KeyMarker"] || o.Key == p["KeyMarker"] && o.version == p["VersionIdMarker"]
			if o.Key == p["KeyMarker"] {
				continue
			}
		}
		if !after || !strings.HasPrefix(o.Key, p["Prefix"]) {
			continue
		}
		if len(out.Version)+len(out.DeleteMarker) == out.MaxKeys {
			out.IsTruncated = true
			break
		}
		listed := listedVersion{Key: o.Key, VersionId: o.version, IsLatest: i == 0 || all[i-1].Key != o.Key, LastModified: iso(o.At)}
		out.NextKeyMarker, out.NextVersionIdMarker = o.Key, o.version
		if o.marker {
			out.DeleteMarker = append(out.DeleteMarker, listed)
			continue
		}
		listed.ETag, listed.Size = o.etag(), len(o.Body)
		out.Version = append(out.Version, listed)
	}
	if !out.IsTruncated {
		out.NextKeyMarker, out.NextVersionIdMarker = "", ""
	}
	return &restAnswer{body: out}, nil
}
